import { bodyVerdict } from "./body.ts";
import { cookiesIn, parameterViolations, queryOf } from "./parameters.ts";
import type { Validators } from "./validators.ts";
import { toldOfAll, type Verdict } from "./violation.ts";

/** A request, as far as it is held against a document. */
export interface ValidatedRequest {
  /** With its query. */
  readonly path: string;
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined where it is not looked at. */
  readonly body?: Uint8Array | undefined;
}

/** What is wrong with a request to an operation, by its document. Undefined where the operation is not known. */
export async function requestVerdict(
  api: Validators,
  operation: string,
  { path, headers, body }: ValidatedRequest,
): Promise<Verdict | undefined> {
  const found = api.operations.get(operation);
  if (found === undefined) return undefined;
  const { rules, pathTexts } = found;
  const sources = { path: pathTexts(path), query: queryOf(path), headers, cookies: cookiesIn(headers.cookie) };
  const ofParameters = parameterViolations(rules.parameters, sources, api.validators);
  const ofBody = rules.body === undefined || body === undefined ? right : bodyVerdict(rules.body, headers, body, api.validators);
  const violations = toldOfAll(ofParameters, ofBody.kind === "right" ? [] : ofBody.violations);
  if (violations.length === 0) return right;
  return { kind: "wrong", status: ofBody.kind === "wrong" && ofParameters.length === 0 ? ofBody.status : 400, violations };
}

const right: Verdict = { kind: "right" };
