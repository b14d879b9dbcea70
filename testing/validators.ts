import assert from "node:assert/strict";
import { requestVerdict } from "../src/agent/validation/request.ts";
import { type Validators, validatorsIn } from "../src/agent/validation/validators.ts";
import type { Verdict } from "../src/agent/validation/violation.ts";
import { readResources } from "../src/api/resource.ts";
import { validatorFiles } from "../src/compile/validators.ts";
import { readDocument } from "../src/openapi/read.ts";
import type { Problem } from "../src/problem.ts";
import { resolveApi } from "../src/resolve/api.ts";
import type { SourceFile } from "../src/text/node.ts";

/** What holds requests against a document, made as a gateway's is, without a gateway. */
export interface TestValidators {
  /** Of a request to an operation; its headers' names in small letters. */
  verdictOf(operation: string, path: string, headers?: Readonly<Record<string, string>>, body?: string | Uint8Array): Promise<Verdict>;
  readonly operations: Validators["operations"];
  readonly problems: readonly Problem[];
  /** The program. */
  readonly text: string;
}

/** Of a document, which asks for validation itself, or by `x-portico` that is put into it. */
export function testValidators(document: object, name = "document.json"): TestValidators {
  const value: object = JSON.parse(JSON.stringify({ "x-portico": { validation: { request: "enforce" }, mock: true }, ...document }));
  const file: SourceFile = { name, text: JSON.stringify(value), document: 0, value };
  const read = readDocument({ root: file, files: new Map() });
  assert.ok(read.ok, JSON.stringify(read.problems));
  const { model, problems } = resolveApi(read.value, readResources([], "default").value, { mock: true, credentials: "unprotected" });
  const [made] = validatorFiles([model]);
  assert.ok(made !== undefined, "nothing is held against anything");
  const validators = validatorsIn(made[1]);
  return {
    operations: validators.operations,
    problems,
    text: made[1],
    async verdictOf(operation, path, headers = {}, body = "") {
      const verdict = await requestVerdict(validators, operation, { path, headers, body: Buffer.from(body) });
      assert.ok(verdict !== undefined, `${operation} is not known`);
      return verdict;
    },
  };
}

/** What is wrong, in short: `query limit #: maximum`; empty for a request that is right. */
export const faultsOf = (verdict: Verdict): readonly string[] =>
  verdict.kind === "right"
    ? []
    : verdict.violations.map(({ in: place, name, pointer, rule }) => `${[place, name, pointer].filter(Boolean).join(" ")}: ${rule}`);
