import assert from "node:assert/strict";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { connect } from "node:http2";
import { before, describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { z } from "zod";
import { startBackend } from "../../testing/backend.ts";
import { servePortico } from "../../testing/portico.ts";
import { assertProblem } from "../../testing/problem-answer.ts";
import { type Answer, send } from "../../testing/raw-request.ts";
import { sendBytes } from "../../testing/raw-socket.ts";
import { suiteScope } from "../../testing/scope.ts";
import { until } from "../../testing/until.ts";
import { keySecurity, protectedGateway } from "../security/protected-gateway.ts";

const pet = { type: "object", required: ["name"], properties: { name: { type: "string", minLength: 2 }, age: { type: "integer" } } };
const requestBody = { required: true, content: { "application/json": { schema: pet } } };
const limit = { name: "limit", in: "query", schema: { type: "integer", maximum: 100 } };
const operation = (more: object, portico: object = {}) => ({ responses: {}, ...more, "x-portico": portico });

const told = z.object({
  type: z.string(),
  status: z.int(),
  errors: z.array(z.object({ in: z.string(), name: z.string().optional(), pointer: z.string(), detail: z.string() })),
  requestId: z.uuid(),
});

describe("requests that are held against the document", { timeout: 120_000 }, () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof protectedGateway>>;
  before(async () => {
    gateway = await protectedGateway(
      scope,
      {
        "x-portico": { validation: { request: "enforce", maxBody: "64Ki" } },
        components: { securitySchemes: { key: { type: "apiKey", in: "header", name: "X-Key" } } },
        paths: {
          "/pets": {
            get: operation({ operationId: "listPets", parameters: [limit] }),
            post: operation({ operationId: "addPet", requestBody }),
            put: operation({ operationId: "reportPet", requestBody }, { validation: { request: "report", maxBody: "1Ki" } }),
            patch: operation({ operationId: "keyedPet", requestBody, security: [{ key: [] }] }),
            delete: operation({ operationId: "offPet", parameters: [{ ...limit, required: true }] }, { validation: { request: "off" } }),
          },
          "/pets/{id}": {
            parameters: [{ name: "id", in: "path", required: true, schema: { type: "integer" } }],
            get: operation({ operationId: "showPet" }, { rewrite: { path: "/animals/{id}" } }),
          },
          "/cookies": { get: operation({ operationId: "cookies", parameters: [{ ...limit, in: "cookie" }] }) },
          "/stream": { post: operation({ operationId: "stream", parameters: [limit], requestBody }, { streaming: true }) },
        },
      },
      [...keySecurity("key", { alice: "key-of-alice" })],
    );
  });
  const json = { "content-type": "application/json" };
  const ask = (line: string, body?: string, headers: Readonly<Record<string, string>> = json): Promise<Answer> =>
    send(gateway.port, { send: line, headers, body });

  it("reach the backend as they are where they are right", async () => {
    for (const [line, body, path] of [
      ["GET /pets?limit=5", undefined, "/pets?limit=5"],
      ["GET /pets/7?more=1", undefined, "/animals/7?more=1"],
      ["POST /pets", '{ "name": "rex",  "age": 7 }', "/pets"],
      ["POST /pets", JSON.stringify({ name: "x".repeat(60_000) }), "/pets"],
      ["DELETE /pets", undefined, "/pets"],
    ] as const) {
      const { status } = await ask(line, body);
      assert.equal(status, 200, line);
      const received = gateway.backend.received.at(-1);
      assert.deepEqual([received?.path, received?.body], [path, body ?? ""]);
    }
  });

  it("reach no backend where they are wrong, and are told all that is", async () => {
    const seen = gateway.backend.received.length;
    for (const [line, body, headers, status, errors] of [
      ["GET /pets?limit=500", undefined, json, 400, ["query limit # must be <= 100"]],
      ["GET /pets/seven", undefined, json, 400, ["path id # must be integer"]],
      [
        "POST /pets",
        '{"name": "r", "age": "7"}',
        json,
        400,
        ["body #/name must NOT have fewer than 2 characters", "body #/age must be integer"],
      ],
      ["POST /pets", "", json, 400, ["body # must be there"]],
      ["POST /pets", "{", json, 400, ["body # must be JSON in UTF-8"]],
      [
        "POST /pets",
        "<pet/>",
        { "content-type": "text/xml" },
        415,
        ["body # must be of a media type that the document names: application/json"],
      ],
      ["POST /stream?limit=x", "", json, 400, ["query limit # must be integer"]],
    ] as const) {
      const answer = await ask(line, body, headers);
      assert.deepEqual([answer.status, answer.headers["content-type"]], [status, "application/problem+json"], line);
      const said = told.parse(JSON.parse(answer.body));
      assert.equal(said.type, `https://portico.dev/errors/${status === 400 ? "invalid-request" : "unsupported-media-type"}`);
      assert.equal(said.requestId, answer.headers["x-request-id"]);
      assert.deepEqual(
        said.errors.map(({ in: place, name, pointer, detail }) => [place, name, pointer, detail].filter(Boolean).join(" ")),
        errors,
      );
    }
    assertProblem(await ask("POST /pets", JSON.stringify({ name: "x".repeat(70_000) })), "413 body-too-large");
    assert.equal(gateway.backend.received.length, seen);
  });

  it("are looked at in every line of cookies", async () => {
    const statusOf = async (...lines: readonly string[]): Promise<string> => {
      const head = ["GET /cookies HTTP/1.1", "host: a", "connection: close", ...lines.map((line) => `cookie: ${line}`)];
      return (await sendBytes(gateway.port, `${head.join("\r\n")}\r\n\r\n`)).slice(9, 12);
    };
    assert.equal(await statusOf("x=1; limit=5"), "200");
    assert.equal(await statusOf("x=1", "y=2"), "200");
    for (const lines of [
      ["x=1", "limit=500"],
      ["x=1; y=2", "z=1; limit=500"],
      ["limit=5", "limit=6"],
      ["limit=5", "x=1"],
      ["x=1,limit=500"],
    ])
      assert.equal(await statusOf(...lines), "400", lines.join(" / "));
  });

  it("may have each cookie in a field of its own over HTTP/2, as browsers do", async (t) => {
    const session = connect(`http://127.0.0.1:${gateway.port}`);
    t.after(() => session.close());
    const statusOf = async (limit: string): Promise<unknown> => {
      const asked = session.request({ ":path": "/cookies", cookie: ["x=1", `limit=${limit}`, "y=2"] });
      const [headers] = await once(asked, "response");
      asked.resume();
      return headers[":status"];
    };
    assert.deepEqual([await statusOf("5"), await statusOf("500")], [200, 400]);
    assert.equal(gateway.backend.received.at(-1)?.headers.cookie, "x=1; limit=5; y=2");
  });

  it("are asked for credentials first", async () => {
    assert.equal((await ask("PATCH /pets", "{")).status, 401);
    assert.equal((await ask("PATCH /pets", "{", { ...json, "x-key": "key-of-alice" })).status, 400);
    assert.equal((await ask("PATCH /pets", '{"name": "rex"}', { ...json, "x-key": "key-of-alice" })).status, 200);
  });

  it("are let through and counted where what is wrong is only reported", async () => {
    assert.equal((await ask("PUT /pets", '{"name": 7}')).status, 200);
    assert.equal((await ask("PUT /pets", '{"name": "rex"}')).status, 200);
    const large = JSON.stringify({ name: 7, more: "x".repeat(100_000) });
    assert.equal((await ask("PUT /pets", large)).status, 200);
    assert.equal(gateway.backend.received.at(-1)?.body, large);
  });

  it("are refused while nobody can hold them against it, and what is only reported is served; then all is again as before", async () => {
    const { agent } = gateway;
    assert.ok(agent?.pid !== undefined);
    const killed = agent.pid;
    process.kill(killed, "SIGKILL");
    await until("a request is refused", async () => (await ask("GET /pets?limit=5")).status === 503 || agent.pid !== killed);
    await until("the agent answers again", async () => (await ask("GET /pets?limit=5")).status === 200);
    assert.equal((await ask("GET /pets?limit=500")).status, 400);
  });
});

describe("answers that are held against the document", { timeout: 120_000 }, () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof servePortico>>;
  /** What the backend answers next. */
  let next: { status?: number; headers?: Readonly<Record<string, string>>; body?: string | Buffer } = {};
  before(async () => {
    const backend = await startBackend(scope, (_, response) => {
      const { status = 200, headers = {}, body = "" } = next;
      response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
    });
    const responses = {
      200: {
        description: "A pet",
        headers: { "x-count": { schema: { type: "integer" } }, "X-Needed": { required: true, schema: { type: "string" } } },
        content: {
          "application/json": { schema: { ...pet, properties: { ...pet.properties, secret: { type: "string", writeOnly: true } } } },
        },
      },
      "4XX": { description: "A problem", content: { "application/problem+json": {} } },
      204: { description: "Nothing" },
    };
    const document = {
      openapi: "3.1.0",
      info: { title: "Pets", version: "1" },
      servers: [{ url: backend.url }],
      "x-portico": { validation: { response: "enforce", maxBody: "256Ki" } },
      paths: {
        "/pets": { get: { operationId: "é%", responses } },
        "/report": { get: { operationId: "report", responses, "x-portico": { validation: { response: "report" }, compression: true } } },
      },
    };
    gateway = await servePortico(scope, { "pets.json": JSON.stringify(document) });
  });
  const needed = { "x-needed": "1" };
  const rex = JSON.stringify({ name: "rex" });
  const ask = async (line: string, answer: typeof next, headers: Readonly<Record<string, string>> = {}): Promise<Answer> => {
    next = answer;
    return send(gateway.port, { send: line, headers });
  };

  it("come through where they are right, whatever their length and coding", async () => {
    for (const [answer, line] of [
      [{ headers: { ...needed, "x-count": "7" }, body: rex }],
      [{ headers: needed, body: JSON.stringify({ name: "x".repeat(200_000) }) }],
      [{ headers: { ...needed, "content-encoding": "gzip" }, body: gzipSync(rex) }],
      [{ headers: needed, body: "" }, "HEAD /pets"],
      [{ status: 204 }],
      [{ status: 404, headers: { "content-type": "application/problem+json" }, body: "{}" }],
    ] as const satisfies readonly (readonly [typeof next, string?])[]) {
      const got = await ask(line ?? "GET /pets", answer);
      assert.equal(got.status, answer.status ?? 200, JSON.stringify(answer).slice(0, 100));
    }
  });

  it("are another one of the gateway's where they are wrong, and the log says in what", async () => {
    for (const [answer, fault] of [
      [{ headers: needed, body: '{"name": 7}' }, '{"in":"body","rule":"type"}'],
      [{ headers: needed, body: '{"name": "rex", "secret": "of-alice"}' }, '{"in":"body","rule":"false schema"}'],
      [{ headers: needed, body: "{" }, '{"in":"body","rule":"form"}'],
      [{ headers: { ...needed, "content-type": "text/html" }, body: rex }, '{"in":"body","rule":"content-type"}'],
      [{ headers: { ...needed, "x-count": "many" }, body: rex }, '{"in":"header","name":"x-count","rule":"type"}'],
      [{ body: rex }, '{"in":"header","name":"x-needed","rule":"required"}'],
      [{ status: 500, headers: needed, body: rex }, '{"in":"status","rule":"status"}'],
      [{ headers: { ...needed, "content-encoding": "gzip" }, body: "no gzip" }, '{"in":"body","rule":"content-encoding"}'],
    ] as const) {
      const got = await ask("GET /pets", answer);
      const id = assertProblem(got, "502 invalid-response");
      await until(`the log has ${fault}`, () => gateway.stderr.some((line) => line.includes(id) && line.includes(fault)));
    }
    assert.ok(!gateway.stderr.join().includes("of-alice"));
    assertProblem(
      await ask("GET /pets", { headers: needed, body: JSON.stringify({ name: "x".repeat(300_000) }) }),
      "502 response-too-large",
    );
  });

  it("come through where what is wrong is only reported, and as they were compressed", async () => {
    const wrong = JSON.stringify({ name: 7, more: "x".repeat(5_000) });
    const got = await ask("GET /report", { headers: needed, body: wrong }, { "accept-encoding": "gzip" });
    assert.deepEqual([got.status, got.headers["content-encoding"]], [200, "gzip"]);
    const id = got.headers["x-request-id"] ?? "";
    await until("it is reported", () => gateway.stderr.some((line) => line.includes(id) && line.includes('"of":"response"')));
    const large = JSON.stringify({ name: "x".repeat(300_000) });
    assert.equal((await ask("GET /report", { headers: needed, body: large })).body, large);
  });

  it("of the gateway itself are none of the document's", async () => {
    assert.equal((await ask("GET /nothing", {})).status, 404);
    assert.equal((await ask("POST /pets", {})).status, 405);
  });
});

describe("`portico run` and validation", { timeout: 120_000 }, () => {
  it("holds requests against the document as it is now, and has WSO2's form of errors", async (t) => {
    const backend = await startBackend(t);
    const written = (most: number, form?: string) =>
      JSON.stringify({
        openapi: "3.1.0",
        info: { title: "Pets", version: "1" },
        servers: [{ url: backend.url }],
        "x-portico": { validation: { request: "enforce" }, ...(form === undefined ? {} : { errors: form }) },
        paths: {
          "/pets": {
            get: operation({ parameters: [{ ...limit, schema: { type: "integer", maximum: most } }] }),
            put: operation({ operationId: "putPet", requestBody }, { validation: { request: "report" } }),
          },
        },
      });
    const gateway = await servePortico(t, { "pets.json": written(5) }, "--watch");
    const ask = () => send(gateway.port, { send: "GET /pets?limit=7&secret=of-alice" });
    assert.equal((await ask()).status, 400);
    await gateway.write("pets.json", written(9));
    await until("more is right", async () => (await ask()).status === 200);
    await gateway.write("pets.json", written(3, "wso2"));
    const answer = await until("WSO2's form", async () => {
      const found = await ask();
      return found.headers["content-type"] === "application/json" && found.status === 400 ? found : undefined;
    });
    assert.deepEqual(JSON.parse(answer.body), { fault: { code: 400, message: "Bad Request", description: "query limit # must be <= 3" } });
    await until("it is in the log", () => gateway.stderr.some((line) => line.includes('"rule":"maximum"')));
    assert.ok(!gateway.stderr.join().includes("of-alice"));
    assert.equal((await send(gateway.port, { send: "PUT /pets", body: "{}" })).status, 200);
    const metrics = async () => (await send(gateway.monitoringPort, { send: "GET /metrics" })).body;
    await until("it is counted", async () => /portico_violations\{[^}]*portico_operation="putPet"[^}]*\} 1\b/.test(await metrics()));
    assert.match(await metrics(), /portico_refusals\{[^}]*reason="invalid"[^}]*\} \d/);
    const [run = ""] = readdirSync(gateway.runs);
    const folder = `${gateway.runs}/${run}/image/validators`;
    await until("those before are gone", () => readdirSync(folder).length === 1);
    const [name = ""] = readdirSync(folder);
    assert.match(readFileSync(`${folder}/${name}`, "utf8"), /> 3/);
  });
});
