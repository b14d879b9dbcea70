import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { suiteScope } from "../../testing/scope.ts";
import { guarded, keySecurity, protectedGateway } from "../security/protected-gateway.ts";

describe("a fault that is made on purpose", () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof protectedGateway>>;
  before(async () => {
    const faulty = (fault: object, ...security: readonly object[]): object => ({ ...guarded(...security), "x-portico": { fault } });
    gateway = await protectedGateway(
      scope,
      {
        components: { securitySchemes: { key: { type: "apiKey", in: "header", name: "X-Key" } } },
        paths: {
          "/status": faulty({ status: 418 }),
          "/slow": faulty({ delay: "300ms" }),
          "/some": faulty({ status: 500, percent: 30 }),
          "/none": faulty({ status: 500, percent: 0 }),
          "/guarded": faulty({ status: 500 }, { key: [] }),
        },
      },
      keySecurity("key", { alice: "key-of-alice" }),
    );
  });
  const status = async (path: string, headers: Readonly<Record<string, string>> = {}): Promise<number> =>
    (await gateway.get(path, headers)).status;

  it("is a status, which says that nothing is wrong with the backend", async () => {
    const answer = await gateway.get("/status");
    assert.deepEqual([answer.status, answer.headers["content-type"]], [418, "application/problem+json"]);
    const { type, status: said } = JSON.parse(answer.body);
    assert.deepEqual([type, said], ["https://portico.dev/errors/fault", 418]);
    assert.equal(gateway.backend.received.length, 0);
  });

  it("is a delay", async () => {
    const began = performance.now();
    assert.equal(await status("/slow"), 200);
    assert.ok(performance.now() - began >= 300);
  });

  it("meets so many of a hundred requests, and no client has a say in it", async () => {
    const statuses = await Promise.all(Array.from({ length: 200 }, () => status("/some")));
    const met = statuses.filter((one) => one === 500).length;
    // Drawn one by one: within five times the deviation.
    assert.ok(met > 28 && met < 93, String(met));
    assert.equal(await status("/none", { "x-envoy-fault-abort-request": "503" }), 200);
  });

  it("meets only whom the operation lets in", async () => {
    assert.deepEqual([await status("/guarded"), await status("/guarded", { "x-key": "key-of-alice" })], [401, 500]);
  });
});
