import assert from "node:assert/strict";
import { before, describe, it, type TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { hash } from "bcryptjs";
import { serveHttp } from "../../testing/http-server.ts";
import { type Answer, send } from "../../testing/raw-request.ts";
import { suiteScope } from "../../testing/scope.ts";
import { until } from "../../testing/until.ts";
import { bearer, guarded, protectedGateway, secret, security } from "./protected-gateway.ts";

const basic = (user: string, password: string) => ({ authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` });
/** That of the proxy in front, which is believed. */
const from = (address: string) => ({ "x-forwarded-for": address });

/** Sends so many of a client's requests at a time, one after the other, until the test ends; waits until some are answered. */
async function crowd(t: TestContext, count: number, one: (index: number) => Promise<Answer>): Promise<void> {
  let [isOver, sent, answered] = [false, 0, 0];
  const goOn = async (): Promise<void> => {
    while (!isOver) {
      // What is refused unseen takes no time of anybody's but this machine's.
      if ((await one(sent++)).status === 503) await delay(200);
      answered++;
    }
  };
  const all = Array.from({ length: count }, goOn);
  t.after(async () => {
    isOver = true;
    await Promise.all(all);
  });
  await until("some are answered", () => answered > 4, 20_000);
}

describe("one client takes the policy agent from no other", { timeout: 240_000 }, () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof protectedGateway>>;
  const body = (schema: object) => ({
    post: { requestBody: { content: { "application/json": { schema } } }, security: [], responses: {} },
  });
  /** Of one list in the other each choice asks for both choices of the next: 2 to the power of their number. */
  const list = { type: "array", items: { $ref: "#/components/schemas/Costly" } };
  before(async () => {
    const issuer = await serveHttp(scope, (asked, answer) => {
      let text = "";
      asked.on("data", (part: Buffer) => (text += part.toString()));
      asked.on("end", () => setTimeout(() => answer.end(JSON.stringify({ active: text.includes("good"), client_id: "x" })), 300));
    });
    const authoriser = await serveHttp(scope, ({ headers }, answer) => {
      setTimeout(() => answer.writeHead(headers["x-pass"] === "good" ? 200 : 401).end(), 500);
    });
    const document = {
      paths: {
        "/user": guarded({ user: [] }),
        "/opaque": guarded({ opaque: [] }),
        "/policy": guarded({ policy: [] }),
        "/slow": body(list),
        "/quick": body({ type: "object" }),
      },
      components: {
        schemas: { Costly: { anyOf: [list, list] } },
        securitySchemes: {
          user: { type: "http", scheme: "basic" },
          opaque: { type: "oauth2", flows: {} },
          policy: { type: "http", scheme: "bearer" },
        },
      },
      "x-portico": { validation: { request: "enforce" } },
    };
    const resources = [
      security("user", { type: "basic", basic: { users: { name: "users" } } }),
      secret("users", { htpasswd: `alice:${await hash("secret", 10)}` }),
      security("opaque", { type: "oauth2", oauth2: { introspectionUrl: `http://127.0.0.1:${issuer}/`, client: { name: "gateway" } } }),
      secret("gateway", { username: "gateway", password: "secret" }),
      security("policy", {
        type: "authorizer",
        authorizer: { url: `http://127.0.0.1:${authoriser}`, sendHeaders: ["x-pass"], timeout: "5s" },
      }),
    ];
    gateway = await protectedGateway(scope, document, resources, { trustedHops: 1 });
  });
  /** The answers to another client's, one after the other. */
  async function others(count: number, one: (index: number) => Promise<Answer>): Promise<readonly number[]> {
    const found: number[] = [];
    for (let index = 0; index < count; index++) found.push((await one(index)).status);
    return found;
  }

  it("by tokens that an issuer has to be asked about", async (t) => {
    const ask = (token: string, address: string) => gateway.get("/opaque", { ...bearer(token), ...from(address) });
    await crowd(t, 1_200, (index) => ask(`junk-${index}`, "192.0.2.66"));
    assert.deepEqual(await others(10, (index) => ask(`good-${index}`, "198.51.100.7")), Array(10).fill(200));
  });

  it("by requests that an authoriser has to be asked about", async (t) => {
    const ask = (pass: string, address: string) => gateway.get("/policy", { "x-pass": pass, ...from(address) });
    await crowd(t, 1_400, () => ask("bad", "192.0.2.66"));
    assert.deepEqual(await others(10, () => ask("good", "198.51.100.7")), Array(10).fill(200));
  });

  it("by passwords, though each guess has another address of its network", async (t) => {
    const ask = (user: string, password: string, address: string) => gateway.get("/user", { ...basic(user, password), ...from(address) });
    await crowd(t, 450, (index) => ask(`nobody-${index}`, "x", `2001:db8::${(index % 60_000).toString(16)}`));
    assert.deepEqual(await others(4, (index) => ask("alice", `wrong-${index}`, "2001:db8:0:1::7")), Array(4).fill(401));
    assert.equal((await ask("alice", "secret", "198.51.100.8")).status, 200);
  });

  it("by messages that take long to be held against the document", async (t) => {
    const post = (path: string, text: string, address: string) =>
      send(gateway.port, { send: `POST ${path}`, headers: { "content-type": "application/json", ...from(address) }, body: text });
    const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
    const msOf = async (depth: number): Promise<number> => {
      const began = performance.now();
      await post("/slow", nested(depth), "192.0.2.66");
      return performance.now() - began;
    };
    // As long as may be, on any machine: each list more is twice the time.
    let depth = 14;
    while ((await msOf(depth)) < 350) depth++;
    await crowd(t, 8, () => post("/slow", nested(depth), "192.0.2.66"));
    const answers = Array.from({ length: 80 }, async (_, index) => {
      await delay(50 * index);
      return (await post("/quick", "{}", "198.51.100.7")).status;
    });
    assert.deepEqual(await Promise.all(answers), Array(80).fill(200));
  });
});
