import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:http2";
import { createServer } from "node:net";
import { before, describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { startBackend } from "../../testing/backend.ts";
import { assertProblem } from "../../testing/problem-answer.ts";
import { send } from "../../testing/raw-request.ts";
import { suiteScope } from "../../testing/scope.ts";
import { tokenIssuer } from "../../testing/token-issuer.ts";
import { startChat, upgrade } from "../../testing/web-socket.ts";
import { bearer, keySecurity, protectedGateway, tokenSecurity } from "../security/protected-gateway.ts";

const functions = `
import { readFileSync, writeSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { connect } from "node:net";
import { suffix } from "./lib/names.ts";

interface Context { readonly claims: Record<string, unknown>; readonly client?: string; readonly request: { method: string; path: string } }

/** Answers, or lets on with other headers. */
export function check(request: Request, { claims, client }: Context): Response | void {
  if (!request.headers.has("x-tenant")) return Response.json({ says: "no tenant" }, { status: 418, headers: { "x-from": "function" } });
  request.headers.set("x-tenant", request.headers.get("x-tenant") + suffix);
  request.headers.set("x-claims", JSON.stringify(claims));
  request.headers.set("x-client", String(client));
  request.headers.delete("x-secret");
}

export async function grow(request: Request): Promise<Request> {
  const pet = await request.json();
  return new Request(request, { body: JSON.stringify({ ...pet, name: pet.name.repeat(pet.times ?? 1) }) });
}

export const look = (request: Request) => request.headers.set("x-looked", "yes");

export async function shorten(response: Response, { request }: Context): Promise<Response> {
  const { path } = await response.json();
  return Response.json({ path, asked: request.path }, { status: 203, headers: { "x-short": "yes" } });
}

export function dress(response: Response): void {
  response.headers.append("set-cookie", "a=1");
  response.headers.append("set-cookie", "b=2");
  response.headers.delete("content-type");
}

export const hide = (): Response => new Response(null, { status: 403 });
export const peek = (response: Response): Promise<string> => response.text();
export const mark = (response: Response) => response.headers.set("x-marked", String(response.body === null));
export const copied = (response: Response) => new Response(response.body, { status: 202, headers: response.headers });
export const late = (request: Request) => void setTimeout(() => Promise.reject(new Error("later")), 20);

export const none = (): Response => new Response(null, { status: 204 });

export async function odd(request: Request): Promise<unknown> {
  switch (request.headers.get("x-how")) {
    case "throws": throw new Error("on purpose");
    case "never ends": return new Promise(() => {});
    case "does nothing else": for (;;);
    case "ends its process": return process.exit(0);
    case "holds too much": { const all: unknown[] = []; for (;;) all.push(String(all.length).repeat(100)); }
    case "gives back what is none": return "text";
    case "sends it elsewhere": return new Request("http://elsewhere.test/", request);
    case "reads a file": return readFileSync("/etc/hostname");
    case "reads what it was started with": return readFileSync("/proc/self/environ");
    case "starts a program": return spawnSync("/bin/true").error?.message === undefined ? undefined : Promise.reject(new Error("not started"));
    case "connects": return new Promise((resolve, reject) => connect(Number(request.headers.get("x-port")), "127.0.0.1").on("connect", () => resolve(undefined)).on("error", reject));
    case "opens a database": return new (await import("node:sqlite")).DatabaseSync("/tmp/portico-interceptor.db");
    case "ends who started it": return void process.kill(process.ppid);
    case "answers for others": return void process.send({ kind: "goes-on", set: [["x-forged", "1"]], remove: [] });
    case "writes what is none": writeSync(3, "no json\\n"); return new Promise(() => {});
    case "writes without an end": for (;;) writeSync(3, "x".repeat(1000000));
    case "sets what is none": { const odd = new Response(null, { status: 200 }); Object.defineProperty(odd, "headers", { value: new Map([["x-odd", "a\\u010d\\u010ab"]]) }); return odd; }
  }
}
`;
const code = { kind: "Code", files: { "auth.ts": functions, "lib/names.ts": "export const suffix: string = '-1';" } };

const operation = (interceptors: object, more: object = {}) => ({ responses: {}, security: [], ...more, "x-portico": { interceptors } });

describe("functions that see messages", { timeout: 120_000 }, () => {
  const scope = suiteScope();
  const issuer = tokenIssuer();
  let gateway: Awaited<ReturnType<typeof protectedGateway>>;
  before(async () => {
    const document = {
      components: {
        securitySchemes: { user: { type: "http", scheme: "bearer" }, key: { type: "apiKey", in: "header", name: "X-API-Key" } },
      },
      paths: {
        "/checked": {
          get: operation({ request: "./auth.ts#check" }),
          put: operation({ request: "./auth.ts#check" }, { security: [{ user: [] }] }),
          patch: operation({ request: "./auth.ts#check" }, { security: [{ key: [] }] }),
          delete: operation({ request: "./auth.ts#check" }, { security: [{ user: [] }, {}] }),
        },
        "/grown": { post: { ...operation({ request: "./auth.ts#grow", body: true }), requestBody: {} } },
        "/shortened": { get: operation({ request: "./auth.ts#look", response: "./auth.ts#shorten", body: true }) },
        "/dressed": { get: operation({ response: "./auth.ts#dress" }) },
        "/none": { get: operation({ response: "./auth.ts#none", body: true }) },
        "/odd": { get: operation({ request: "./auth.ts#odd", timeout: "800ms" }) },
        "/passes": { get: operation({ request: "./auth.ts#odd", timeout: "300ms", onFailure: "pass" }) },
        "/hidden": { get: operation({ response: "./auth.ts#hide" }) },
        "/peeked": { get: operation({ response: "./auth.ts#peek" }) },
        "/copied": { get: operation({ response: "./auth.ts#copied" }) },
        "/marked": { get: operation({ response: "./auth.ts#mark", body: true }) },
        // Each that goes on ends a process, and the next one takes a while to begin where the machine has other things to do.
        "/late": { get: operation({ request: "./auth.ts#late", timeout: "10s" }) },
        "/patient": { get: operation({ request: "./auth.ts#odd", timeout: "10s" }) },
        "/small": {
          post: {
            ...operation({ request: "./auth.ts#check" }),
            "x-portico": { interceptors: { request: "./auth.ts#check" }, maxBody: "10" },
          },
        },
        "/away": {
          get: {
            ...operation({}),
            "x-portico": { interceptors: { request: "./auth.ts#check", response: "./auth.ts#dress" }, maintenance: true },
          },
        },
        "/chat": {
          get: {
            ...operation({}),
            "x-portico": { backend: { url: await startChat(scope) }, interceptors: { response: "./auth.ts#dress" }, webSocket: true },
          },
        },
      },
    };
    gateway = await protectedGateway(scope, document, [
      code,
      tokenSecurity("user", { issuers: [{ issuer: issuer.issuer, jwks: { inline: issuer.jwks } }] }),
      ...keySecurity("key", { dave: "key-of-dave" }),
    ]);
  });
  const last = () => gateway.backend.received.at(-1) ?? assert.fail("the backend got nothing");

  it("answer in the backend's place", async () => {
    const before = gateway.backend.received.length;
    const answer = await gateway.get("/checked");
    assert.deepEqual(
      [answer.status, answer.headers["x-from"], answer.headers["content-type"], answer.body],
      [418, "function", "application/json", '{"says":"no tenant"}'],
    );
    assert.ok(answer.headers["x-request-id"]);
    assert.equal(gateway.backend.received.length, before);
  });

  it("change what the backend sees, but for what the gateway says itself", async () => {
    await gateway.get("/checked", { "x-tenant": "a", "x-secret": "s" });
    const { "x-tenant": tenant, "x-secret": secret, "x-claims": claims, "x-client": client } = last().headers;
    assert.deepEqual([tenant, secret, claims, client], ["a-1", undefined, "{}", "undefined"]);
  });

  it("know who calls where nobody else does, and only there", async () => {
    const token = bearer(issuer.token({ claims: { azp: "shop", role: "admin" } }));
    await gateway.get("PUT /checked", { "x-tenant": "a", ...token });
    assert.equal(JSON.parse(String(last().headers["x-claims"])).role, "admin");
    assert.equal(last().headers["x-client"], "shop");
    await gateway.get("PATCH /checked", { "x-tenant": "a", "x-api-key": "key-of-dave" });
    assert.equal(last().headers["x-client"], "dave");
    await gateway.get("DELETE /checked", { "x-tenant": "a", ...token });
    assert.deepEqual([last().headers["x-claims"], last().headers["x-client"]], ["{}", "undefined"]);
  });

  it("see nothing of what is not let in", async () => {
    const answer = await gateway.get("PUT /checked", { "x-tenant": "a" });
    assertProblem(answer, "401 unauthorized");
  });

  for (const headers of [{}, { "transfer-encoding": "chunked" }])
    it(`give a request another body, whose length is right (${JSON.stringify(headers)})`, async () => {
      const answer = await send(gateway.port, {
        send: "POST /grown",
        headers: { "content-type": "application/json", ...headers },
        body: '{"name":"rex","times":3}',
      });
      assert.equal(answer.status, 200);
      assert.equal(last().body, '{"name":"rexrexrex","times":3}');
      assert.equal(last().headers["content-length"], "30");
    });

  it("give a response another status, body and headers", async () => {
    const answer = await gateway.get("/shortened?a=1");
    assert.deepEqual(
      [answer.status, answer.body, answer.headers["x-short"]],
      [203, '{"path":"/shortened?a=1","asked":"/shortened?a=1"}', "yes"],
    );
    assert.equal(last().headers["x-looked"], "yes");
    const empty = await gateway.get("/none");
    assert.deepEqual([empty.status, empty.body, empty.headers["content-length"]], [204, "", undefined]);
  });

  it("add to a response's headers, each line its own, and take some out", async () => {
    const answer = await gateway.get("/dressed");
    assert.deepEqual([answer.status, answer.headers["set-cookie"], answer.headers["content-type"]], [200, "a=1, b=2", undefined]);
  });

  it("are given no larger body than the gateway holds for them", async () => {
    const answer = await send(gateway.port, { send: "POST /grown", body: "x".repeat(1_100_000) });
    assertProblem(answer, "413 body-too-large");
  });

  for (const how of [
    ...[
      "throws",
      "never ends",
      "does nothing else",
      "ends its process",
      "holds too much",
      "gives back what is none",
      "sends it elsewhere",
      "reads a file",
    ],
    ...[
      "reads what it was started with",
      "starts a program",
      "opens a database",
      "ends who started it",
      "answers for others",
      "writes what is none",
      "writes without an end",
      "sets what is none",
    ],
  ])
    it(`fails, and no other message with it: one that ${how}`, async () => {
      const before = gateway.backend.received.length;
      const [answer, other] = await Promise.all([gateway.get("/odd", { "x-how": how }), gateway.get("/odd")]);
      assertProblem(answer, "500 interceptor-failed");
      assert.equal(other.status, 200);
      assert.equal(gateway.backend.received.length, before + 1);
      assert.equal((await gateway.get("/odd")).status, 200, "it goes on");
    });

  for (const [title, interceptors, status] of [
    ["no connection unless they may", {}, 500],
    ["connections where they may", { allow: ["network"] }, 200],
  ] as const)
    it(`open ${title}`, async (t) => {
      let connections = 0;
      const server = createServer((socket) => {
        connections++;
        socket.destroy();
      });
      const port = await new Promise<number>((resolve) => server.listen(0, "127.0.0.1", () => resolve(Object(server.address()).port)));
      t.after(() => server.close());
      const document = { paths: { "/odd": { get: operation({ request: "./auth.ts#odd" }) } }, "x-portico": { interceptors } };
      const { get } = await protectedGateway(t, document, [code]);
      const answer = await get("/odd", { "x-how": "connects", "x-port": String(port) });
      assert.deepEqual([answer.status, connections], [status, status === 200 ? 1 : 0]);
    });

  it("take the body with them where they give none back, and pass it by where they give it back", async () => {
    const hidden = await gateway.get("/hidden");
    assert.deepEqual([hidden.status, hidden.body], [403, ""]);
    const copied = await gateway.get("/copied");
    assert.deepEqual([copied.status, JSON.parse(copied.body).path], [202, "/copied"]);
    assertProblem(await gateway.get("/peeked"), "500 interceptor-failed");
  });

  it("see that there is no body where there is none", async () => {
    const head = await gateway.get("HEAD /marked");
    assert.deepEqual([head.status, head.headers["x-marked"], head.body], [200, "true", ""]);
    assert.equal((await gateway.get("/marked")).headers["x-marked"], "false");
  });

  it("see nothing of what the gateway refuses itself", async () => {
    assertProblem(await send(gateway.port, { send: "POST /small", body: "x".repeat(11) }), "413 body-too-large");
    const away = await gateway.get("/away");
    assert.deepEqual([away.status, away.headers["set-cookie"]], [503, undefined]);
  });

  it("have no say in what becomes another protocol", async () => {
    const { socket, text } = await upgrade(gateway, "GET /chat");
    assert.match(text(), /^HTTP\/1\.1 101 /);
    socket.destroy();
  });

  it("see no request that they could not be called with, and none goes on unseen", async () => {
    const before = gateway.backend.received.length;
    assert.equal((await gateway.get("/passes", { host: "pets.example:99999" })).status, 200);
    assert.equal(gateway.backend.received.length, before + 1);
    const session = connect(`http://127.0.0.1:${gateway.port}`);
    const stream = session.request({ ":path": "/grown", ":method": "POST", "content-type": "application/json" }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "x-end": "1" }));
    stream.end();
    const [headers] = await once(stream, "response");
    assert.ok(Number(headers[":status"]) >= 400, String(headers[":status"]));
    session.close();
    assert.equal(gateway.backend.received.length, before + 1);
  });

  it("fail for themselves where they go on after they gave back what they had to", async () => {
    const statuses = await Promise.all(
      Array.from({ length: 40 }, (_, index) => gateway.get(index % 4 === 0 ? "/late" : "/patient").then(({ status }) => status)),
    );
    assert.deepEqual([...new Set(statuses)], [200]);
  });

  it("lets on what a function fails at, where that is said", async () => {
    for (const how of ["throws", "never ends"]) {
      assert.equal((await gateway.get("/passes", { "x-how": how })).status, 200, how);
      assert.equal(last().headers["x-how"], how);
    }
  });
});

describe("functions that see what is compressed", { timeout: 60_000 }, () => {
  const scope = suiteScope();
  it("read it as it is meant, and it goes out as what they make of it", async () => {
    const backend = await startBackend(scope, (_, response) => {
      response.writeHead(200, { "content-encoding": "gzip", "content-type": "application/json" }).end(gzipSync('{"path":"/a"}'));
    });
    const files = {
      "a.ts": "export const upper = async (r: Response) => new Response((await r.text()).toUpperCase(), r);\nexport const same = () => {};",
    };
    const gateway = await protectedGateway(
      scope,
      {
        "x-portico": { backend: { url: backend.url } },
        paths: {
          "/upper": { get: operation({ response: "./a.ts#upper", body: true }) },
          "/bomb": { post: operation({ request: "./a.ts#same", body: true }) },
          "/same": { get: operation({ response: "./a.ts#same", body: true }) },
        },
      },
      [{ kind: "Code", files }],
    );
    const upper = await gateway.get("/upper");
    assert.deepEqual([upper.body, upper.headers["content-encoding"]], ['{"PATH":"/A"}', undefined]);
    const bomb = gzipSync("x".repeat(5_000_000));
    assertProblem(await post(gateway.port, "/bomb", bomb), "413 body-too-large");
    const same = await fetch(`http://127.0.0.1:${gateway.port}/same`);
    assert.deepEqual([same.headers.get("content-encoding"), await same.text()], ["gzip", '{"path":"/a"}']);
  });
});

async function post(port: number, path: string, body: Uint8Array<ArrayBuffer>) {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method: "POST", headers: { "content-encoding": "gzip" }, body });
  return { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() };
}
