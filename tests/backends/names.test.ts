import assert from "node:assert/strict";
import { createServer } from "node:http";
import { describe, it } from "node:test";
import type { GatewayFiles } from "../../src/compile/engine.ts";
import { startBackend } from "../../testing/backend.ts";
import { type NameServer, nameServer, type Saying } from "../../testing/name-server.ts";
import { assertProblem } from "../../testing/problem-answer.ts";
import type { Scope } from "../../testing/scope.ts";
import { until } from "../../testing/until.ts";
import { gatewayTo } from "./served.ts";

/** The gateway's files, of which a name server of the test's own says what names are. */
const asking =
  ({ port }: NameServer) =>
  (files: GatewayFiles): GatewayFiles => {
    const [path, from] = ["mounted/bootstrap.json", '"query_tries":2'] as const;
    const text = files.get(path) ?? "";
    assert.ok(text.includes(from), text);
    const resolvers = JSON.stringify([{ socket_address: { address: "127.0.0.1", port_value: port } }]);
    return new Map([...files, [path, text.replace(from, `${from},"resolvers":${resolvers}`)]]);
  };

describe("a backend's name", { timeout: 120_000, concurrency: 2 }, () => {
  const served = async (scope: Scope, first: Saying) => {
    const names = await nameServer(scope, first);
    const { port } = await startBackend(scope, (_, response) => void response.end("well"));
    const began = performance.now();
    const gateway = await gatewayTo(scope, { pets: { url: `http://store.pets.test:${port}` } }, {}, { mutated: asking(names) });
    assert.ok(performance.now() - began < 20_000, "it serves, whatever is said of names");
    const ask = () => gateway.get("/pets");
    /** What is found again is asked for each five seconds, and else as long as an answer is to be remembered: here one. */
    const becomes = (body: string) => until(`the answer is ${body}`, async () => (await ask()).body === body, 15_000);
    /** That it answers all the time, until the name server was asked so many times more. */
    const staysFor = (more: number, body: string) => {
      const before = names.asked();
      return until(
        `${more} more questions`,
        async () => {
          assert.equal((await ask()).body, body);
          return names.asked() >= before + more;
        },
        30_000,
      );
    };
    return { names, port, ask, becomes, staysFor };
  };

  for (const saying of ["no such name", "failure", "silence"] as const)
    it(`that is not found at first is found when it is there: ${saying}`, async (t) => {
      const { names, ask, becomes } = await served(t, saying);
      for (let asked = 0; asked < 3; asked++) {
        const began = performance.now();
        assertProblem(await ask(), "503 backend-unavailable");
        assert.ok(performance.now() - began < 2000, "at once");
      }
      names.says("127.0.0.1");
      await becomes("well");
    });

  it("that has another address has its requests go there", async (t) => {
    const { names, port, becomes } = await served(t, "127.0.0.1");
    await becomes("well");
    const server = createServer((_, response) => void response.end("moved"));
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.2", resolve));
    t.after(() => void server.close().closeAllConnections());
    names.says("127.0.0.2");
    await becomes("moved");
  });

  for (const saying of ["failure", "silence"] as const)
    it(`that cannot be asked for any more keeps the address that it had: ${saying}`, async (t) => {
      const { names, becomes, staysFor } = await served(t, "127.0.0.1");
      await becomes("well");
      names.says(saying);
      await staysFor(6, "well");
    });

  it("that is there no more is asked for nothing, until it is back", async (t) => {
    const { names, ask, becomes } = await served(t, "127.0.0.1");
    await becomes("well");
    names.says("no such name");
    await until("nothing is sent", async () => (await ask()).status === 503);
    assertProblem(await ask(), "503 backend-unavailable");
    names.says("127.0.0.1");
    await becomes("well");
  });
});
