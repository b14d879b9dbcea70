import assert from "node:assert/strict";
import { it } from "node:test";
import { must } from "../../testing/envoy.ts";
import { resolveCase } from "../../testing/golden-case.ts";
import { checked } from "../problem.ts";
import { functionsRunHere } from "./functions-run-here.ts";

const settings: Parameters<typeof resolveCase>[0]["settings"] = {
  mock: true,
  credentials: "refuse",
  debug: false,
  trustedHops: 0,
  requests: [],
};
const prepared = (extension: object) => {
  const document = {
    openapi: "3.1.0",
    info: { title: "Pets", version: "1" },
    paths: { "/pets": { get: { responses: {} } } },
    "x-portico": extension,
  };
  const code = { kind: "Code", files: { "a.ts": "" } };
  const apis = must(resolveCase({ input: `${JSON.stringify(document)}\n---\n${JSON.stringify(code)}`, settings }));
  return checked({ apis, resources: [], files: [], values: new Map(), untaken: [] }, []);
};

it("functions are run by no Node that cannot confine them", () => {
  const withFunctions = prepared({ interceptors: { request: "./a.ts" } });
  assert.equal(functionsRunHere(withFunctions, "26.10.0").ok, true);
  const refused = functionsRunHere(withFunctions, "20.20.2");
  assert.deepEqual(
    refused.problems.map(({ reason, message }) => [reason, message.split(".")[0]]),
    [["NeedsNode", "This is Node 20"]],
  );
  assert.equal(functionsRunHere(prepared({}), "20.20.2").ok, true);
});
