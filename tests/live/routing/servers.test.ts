import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { readDocument } from "../../../src/openapi/read.ts";
import { type Problem, showPlace } from "../../../src/problem.ts";
import { resolveGateway } from "../../../src/resolve/gateway.ts";
import { parseOne } from "../../../src/text/parse.ts";
import { startBackend } from "../../../testing/backend.ts";
import { must } from "../../../testing/envoy.ts";
import { fixtureHost, fixturePath, fixtureText } from "./fixtures.ts";
import { serveWithBackends } from "./gateway.ts";

/** What is wrong with a fixture when it is to be served from its own servers: reason and place, each with the begin of what is said. */
async function problemsOf(fixture: string): Promise<readonly Problem[]> {
  const text = await readFile(fixturePath(fixture), "utf8");
  const document = must(readDocument({ root: must(parseOne(`${fixture}.yaml`, text)), files: new Map() }));
  return resolveGateway({ documents: [document], resources: [], problems: [] }, { mock: false, credentials: "unprotected" }).problems;
}

const cases: readonly (readonly [fixture: string, problems: readonly string[]])[] = [
  ["server-none", ["NoBackend server-none.yaml:1:1"]],
  ["server-templated", []],
  ["server-templated-open", ["BadServer server-templated-open.yaml:4:5"]],
  ["server-relative", ["BadServer server-relative.yaml:4:5"]],
  ["server-protocol-relative", ["BadServer server-protocol-relative.yaml:4:5"]],
  ["server-broken", ["BadServer server-broken.yaml:4:5"]],
  ["server-of-operation", ["BadServer server-of-operation.yaml:8:15", "BadServer server-of-operation.yaml:13:11"]],
];

describe("a document's servers, when nothing else says where requests go", () => {
  for (const [fixture, expected] of cases) {
    it(`${fixture}: ${expected.join(", ") || "no problem"}`, async () => {
      const problems = await problemsOf(fixture);
      assert.deepEqual(
        problems.map(({ reason, where }) => `${reason} ${showPlace(where)}`),
        expected,
      );
      for (const { severity, message } of problems) {
        assert.equal(severity, "error");
        assert.match(message, /backend: \{url: .*--mock/);
      }
    });
  }

  it("each of them serves when a backend is given", async (t) => {
    const backend = await startBackend(t);
    const given = cases.map(([fixture]) => fixture).filter((fixture) => fixture !== "server-of-operation");
    const texts = new Map(
      given.map((fixture) => [fixture, fixtureText(fixture, `backend: {url: "${backend.url}", basePath: keep}`)] as const),
    );
    const client = await serveWithBackends(t, texts);
    const basePaths = ["", "/api/v1", "/v1", "/api/v1", "/v1", ""];
    for (const [index, fixture] of given.entries()) {
      const target = `${basePaths[index]}/pets`;
      const answer = await client.ask({ method: "GET", target, headers: { host: fixtureHost(fixture) } });
      assert.deepEqual([answer.status, backend.received.at(-1)?.path], [200, target], fixture);
    }
    assert.equal(backend.received.length, given.length);
  });
});

describe("operations that coincide", () => {
  it("in the fragment alone, and agree: a warning at the second", async () => {
    const [problem, ...others] = await problemsOf("fragment-agreeing");
    assert.deepEqual([problem?.severity, problem?.reason, problem?.where.line, others], ["warning", "OperationClash", 8, []]);
  });

  it("in the names of parameters alone, and agree: a warning at the second", async () => {
    const [problem, ...others] = await problemsOf("parameter-name-twins");
    assert.deepEqual([problem?.severity, problem?.reason, problem?.where.line, others], ["warning", "OperationClash", 10, []]);
  });

  it("but let other people in: a problem at the second that names the first", async () => {
    const problems = await problemsOf("fragment-differing");
    assert.deepEqual(
      problems.map(({ severity, reason, where }) => `${severity} ${reason} ${showPlace(where)} ${where.pointer}`),
      ["error OperationClash fragment-differing.yaml:13:5 /paths/~1orders#listMine/get"],
    );
    assert.match(
      problems[0]?.message ?? "",
      /at fragment-differing\.yaml:9:5, but treats them differently\. Remove one, or let their policies agree\.$/,
    );
  });
});
