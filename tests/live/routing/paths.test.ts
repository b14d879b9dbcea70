import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import type { HttpClient } from "../../../testing/http-client.ts";
import { suiteScope } from "../../../testing/scope.ts";
import { fixtureHost, fixtureText } from "./fixtures.ts";
import { serveMocked } from "./gateway.ts";
import { observed } from "./law.ts";

/** A request, and the operation or status that answers it. */
type Row = readonly [request: string, verdict: string];

/** Paths as they are in the wild: each shape in a document of its own (tests/fixtures/paths), with what its requests are answered by. */
const shapes: readonly (readonly [shape: string, fixture: string, rows: readonly Row[]])[] = [
  [
    "literal text and a parameter share a segment",
    "literal-and-parameter",
    [
      ["GET /reports/7.json", "operation getAsJson"],
      ["GET /reports/7.xml", "operation getAsFormat"],
      ["GET /reports/7.8.json", "operation getAsJson"],
      ["GET /reports/.json", "operation get"],
      ["GET /reports/7.", "operation get"],
      ["GET /reports/latest.json", "operation getLatest"],
      ["GET /ranges/1-2", "operation getRange"],
      ["GET /ranges/1-2-3", "operation getRange"],
      ["GET /ranges/v1", "operation getVersion"],
      ["GET /ranges/v1-2", "operation getVersion"],
      ["GET /ranges/1-", "404"],
      ["GET /ranges/v", "404"],
    ],
  ],
  [
    "a verb stands after a parameter and a colon",
    "verb-after-colon",
    [
      ["GET /v1/operations/7", "operation get"],
      ["POST /v1/operations/7:cancel", "operation cancel"],
      ["POST /v1/operations/7:wait", "operation wait"],
      ["GET /v1/operations/7:cancel", "405 OPTIONS, POST"],
      ["GET /v1/operations/7:other", "operation get"],
      ["POST /v1/operations/:cancel", "405 GET, HEAD, OPTIONS"],
      ["GET /v1/operations:batchGet", "operation batchGet"],
      ["GET /v1/operations", "404"],
    ],
  ],
  [
    "the first segment is a parameter",
    "parameter-first",
    [
      ["GET /octo", "operation getOwner"],
      ["GET /octo/cat", "operation getRepository"],
      ["GET /search", "operation search"],
      ["GET /searches", "operation getOwner"],
      ["GET /search/users", "operation searchUsers"],
      ["GET /search/user", "operation getRepository"],
      ["DELETE /search/users", "405 GET, HEAD, OPTIONS"],
      ["DELETE /search/cat", "operation deleteRepository"],
      ["GET /", "404"],
    ],
  ],
  [
    "a slash at the end",
    "trailing-slash",
    [
      ["GET /pets/", "operation list"],
      ["GET /pets", "404"],
      ["GET /pets/7/", "operation get"],
      ["GET /pets/7", "404"],
      ["GET /", "operation root"],
    ],
  ],
  [
    "a slash at the end and none: two paths",
    "trailing-slash-twins",
    [
      ["GET /pets", "operation list"],
      ["POST /pets/", "operation add"],
      ["POST /pets", "405 GET, HEAD, OPTIONS"],
      ["GET /pets/", "405 OPTIONS, POST"],
      ["GET /pets/7", "operation get"],
      ["GET /pets/7/", "operation getSlash"],
    ],
  ],
  [
    "names of parameters that are no identifiers",
    "parameter-names",
    [
      ["GET /users/7", "operation dash"],
      ["GET /groups/a/members/b", "operation dotAndBlank"],
      ["GET /files/a/meta", "operation questionMark"],
      ["GET /trees/a/b", "operation slashInName"],
      ["GET /orders/7", "operation numberSign"],
      ["GET /empty/7/end", "operation noName"],
      ["GET /empty//end", "404"],
    ],
  ],
  [
    "templates that cross",
    "crossing",
    [
      ["GET /a/b/c", "operation bThenTemplated"],
      ["GET /a/x/c", "operation templatedThenC"],
      ["GET /a/b/d", "operation bThenTemplated"],
      ["PUT /a/x/c", "405 GET, HEAD, OPTIONS"],
      ["POST /a/b/c", "405 GET, HEAD, OPTIONS, PUT"],
      ["POST /x/b/c", "operation templatedFirst"],
      ["GET /x/x/c", "404"],
    ],
  ],
  [
    "keys that differ only in the names of parameters are one path",
    "parameter-name-twins",
    [
      ["GET /users/7", "operation getUser"],
      ["DELETE /users/7", "operation deleteUser"],
      ["POST /users/7", "405 DELETE, GET, HEAD, OPTIONS"],
    ],
  ],
  [
    "a query in the key is a condition",
    "query-in-key",
    [
      ["POST /instances?action=start", "operation start"],
      ["POST /instances?x=1&action=stop", "operation stop"],
      ["POST /instances?action=stop&force=1", "operation stopByForce"],
      ["POST /instances?action=restart", "operation act"],
      ["POST /instances?action", "operation act"],
      ["GET /instances?action=start", "405 OPTIONS, POST"],
      ["POST /instances", "405 GET, HEAD, OPTIONS"],
      ["GET /instances?actions=start", "operation list"],
      ["GET /instances?wsdl", "operation wsdl"],
      ["GET /texts?q=a%20b/%C3%A9", "operation encoded"],
      ["GET /texts?q=a", "404"],
      ["GET /templates", "operation formStyle"],
      ["GET /templates?limit=1", "operation formStyle"],
    ],
  ],
  [
    "a fragment is dropped",
    "fragment",
    [
      ["GET /orders", "operation list"],
      ["POST /orders", "operation create"],
      ["PUT /orders", "405 GET, HEAD, OPTIONS, POST"],
      ["GET /orders/7", "operation get"],
    ],
  ],
  [
    "operations that coincide without their fragments and agree are one",
    "fragment-agreeing",
    [
      ["POST /", "operation listQueues"],
      ["GET /", "405 OPTIONS, POST"],
    ],
  ],
  [
    "prefixes nest, under a base path that begins as they do",
    "nested-prefixes",
    [
      ["GET /p/pe", "operation pe"],
      ["GET /p/pet", "operation any"],
      ["GET /p/pets", "operation pets"],
      ["GET /p/petsh", "operation any"],
      ["GET /p/pets/7", "operation pet"],
      ["GET /p/petshop/7", "operation shop"],
      ["GET /p/petsho/7", "operation rest"],
      ["GET /p/pe/7", "404"],
      ["GET /p/p", "operation any"],
      ["GET /pe", "404"],
      ["GET /p", "404"],
    ],
  ],
  [
    "literals that requests write encoded, in capitals or not",
    "encoded-literals",
    [
      ["GET /caf%C3%A9/7", "operation accent"],
      ["GET /caf%c3%a9/7", "operation accent"],
      ["GET /c%61f%C3%a9/%37", "operation accent"],
      ["GET /cafe/7", "404"],
      ["GET /two%20words", "operation blank"],
      ["GET /two+words", "404"],
      ["GET /na%c3%afve", "operation encodedInKey"],
      ["GET /~home/Items('7')", "operation unreserved"],
      ["GET /%7ehome/Items('7')", "operation unreserved"],
      ["GET /a%7Cb/%3Cc%3e", "operation notInPaths"],
      ["GET /a|b/<c>", "operation notInPaths"],
      ["GET /double/slashes", "operation slashes"],
      ["GET /double//slashes", "operation slashes"],
      ["GET /dots/there", "operation dots"],
      ["GET /dots/x/.././there", "operation dots"],
      ["GET /caf%C3%A9/a%2Fb", "400"],
    ],
  ],
  [
    "OpenAPI 3.1",
    "openapi-3.1",
    [
      ["GET /pets/7", "operation get"],
      ["POST /arrived", "404"],
    ],
  ],
  [
    "OpenAPI 3.0",
    "openapi-3.0",
    [
      ["GET /v2/pets/7", "operation get"],
      ["TRACE /v2/pets/7", "operation trace"],
      ["GET /v3/pets/7", "404"],
    ],
  ],
  [
    "Swagger 2.0",
    "swagger-2.0",
    [
      ["GET /api/pets/7", "operation get"],
      ["POST /api/pets/7", "405 GET, HEAD, OPTIONS"],
    ],
  ],
  [
    "OpenAPI 3.2",
    "openapi-3.2",
    [
      ["GET /pets", "operation list"],
      ["QUERY /pets", "operation query"],
      ["COPY /pets", "operation copy"],
      ["POST /pets", "405 COPY, GET, HEAD, OPTIONS, QUERY"],
    ],
  ],
  [
    "schemas that hold themselves",
    "recursive-schemas",
    [
      ["GET /trees/7", "operation getTree"],
      ["GET /chickens", "operation getChicken"],
    ],
  ],
  ["no server", "server-none", [["GET /pets", "operation list"]]],
  ["a server with variables", "server-templated", [["GET /api/v1/pets", "operation list"]]],
  ["a server with a variable that has no value", "server-templated-open", [["GET /v1/pets", "operation list"]]],
  ["a relative server", "server-relative", [["GET /api/v1/pets", "operation list"]]],
  ["a protocol-relative server", "server-protocol-relative", [["GET /v1/pets", "operation list"]]],
  ["a broken server", "server-broken", [["GET /pets", "operation list"]]],
  [
    "servers of paths and operations: one base path for all",
    "server-of-operation",
    [
      ["GET /v1/pets", "operation list"],
      ["POST /v1/uploads", "operation upload"],
      ["DELETE /v1/uploads", "operation clear"],
    ],
  ],
];

describe("paths as they are in the wild", () => {
  const client = serveMocked(suiteScope(), new Map(shapes.map(([, fixture]) => [fixture, fixtureText(fixture)] as const)));
  before(() => client);

  for (const [shape, fixture, rows] of shapes) {
    it(shape, async () => assert.deepEqual(await verdicts(await client, fixture, rows), rows));
  }

  it("hosts are told apart by their whole name", async () => {
    const served = await client;
    const ask = async (host: string) => observed(await served.ask({ method: "GET", target: "/pets", headers: { host } }));
    const host = fixtureHost("trailing-slash-twins");
    assert.deepEqual(
      [await ask(host), await ask(`${host}:8080`), await ask(`x${host}`), await ask(`${host}.x`), await ask("x")],
      ["operation list", "operation list", "404", "404", "404"],
    );
  });

  it("a path or method that is not known is a problem of RFC 9457, and HEAD has no body", async () => {
    const served = await client;
    const host = fixtureHost("openapi-3.0");
    const ask = (method: string, target: string) => served.ask({ method, target, headers: { host } });
    for (const [answer, status, type] of [
      [await ask("GET", "/v2/cats"), 404, /not-found$/],
      [await ask("DELETE", "/v2/pets/7"), 405, /method-not-allowed$/],
    ] as const) {
      const problem: unknown = JSON.parse(answer.body);
      assert.ok(typeof problem === "object" && problem !== null && "type" in problem && "status" in problem);
      assert.equal(answer.headers["content-type"], "application/problem+json");
      assert.deepEqual([answer.status, problem.status], [status, status]);
      assert.match(String(problem.type), type);
    }
    const [get, head] = [await ask("GET", "/v2/pets/7"), await ask("HEAD", "/v2/pets/7")];
    assert.deepEqual([get.status, get.body, head.status, head.body], [200, '{"name":"Tom"}', 200, ""]);
  });

  it("an answer made from a schema that holds itself ends", async () => {
    const tree = await (await client).ask({ method: "GET", target: "/trees/7", headers: { host: fixtureHost("recursive-schemas") } });
    assert.deepEqual([tree.status, tree.headers["content-type"]], [200, "application/json"]);
    assert.match(tree.body, /^\{"name":"oak",/);
  });
});

async function verdicts(client: HttpClient, fixture: string, rows: readonly Row[]): Promise<readonly Row[]> {
  const requests = rows.map(([request]) => {
    const [method = "", target = ""] = request.split(" ");
    // Envoy refuses a QUERY whose content has no type.
    const headers = { host: fixtureHost(fixture), ...(method === "QUERY" ? { "content-type": "text/plain" } : {}) };
    return { method, target, headers };
  });
  const answers = await client.askAll(requests);
  return rows.map(([request], index) => [request, answers[index] === undefined ? "nothing" : observed(answers[index])]);
}
