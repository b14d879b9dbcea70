import type { ResponseRule } from "../../model/validation.ts";
import { withoutCoding } from "../content-coding.ts";
import { bodyVerdict } from "./body.ts";
import { noCookies, parameterViolations } from "./parameters.ts";
import type { Validators } from "./validators.ts";
import { toldOfAll, type Verdict, type Violation } from "./violation.ts";

/** An answer, as far as it is held against a document. */
export interface ValidatedResponse {
  /** Of the request that it answers. */
  readonly method: string;
  readonly status: number;
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** What is wrong with an answer of an operation, by its document. Undefined where the operation is not known, or its answers are not looked at. */
export async function responseVerdict(
  api: Validators,
  operation: string,
  { method, status, headers, body }: ValidatedResponse,
): Promise<Verdict | undefined> {
  const rules = api.operations.get(operation)?.rules.responses;
  if (rules === undefined) return undefined;
  const rule = ruleFor(rules, status);
  if (rule === undefined) return wrong([{ in: "status", pointer: "#", detail: "must be one that the document names", rule: "status" }]);
  const sources = { path: new Map(), query: [], headers, cookies: noCookies };
  const ofHeaders = parameterViolations(rule.headers, sources, api.validators);
  const ofBody = hasBody(method, status, rule) ? await verdictOfBody(rule, headers, body, api) : right;
  const violations = toldOfAll(ofHeaders, ofBody.kind === "right" ? [] : ofBody.violations);
  return violations.length === 0 ? right : wrong(violations);
}

const right: Verdict = { kind: "right" };
const wrong = (violations: readonly Violation[]): Verdict => ({ kind: "wrong", status: 400, violations });

/** The rule of a status itself counts before that of its hundred, and that before what is for the rest (OpenAPI 3.1, section 4.8.16). */
const ruleFor = (rules: readonly ResponseRule[], status: number): ResponseRule | undefined =>
  [String(status), `${Math.floor(status / 100)}XX`, "default"].flatMap((name) => rules.find((one) => one.status === name) ?? [])[0];

/** An answer to HEAD has no content, nor has one of some statuses (RFC 9110, sections 9.3.2 and 15). */
const hasBody = (method: string, status: number, { contents }: ResponseRule): boolean =>
  contents.length > 0 && method !== "HEAD" && status !== 204 && status !== 304;

/** What comes out of a few bytes may be very much. */
const mostDecoded = 32 * 1024 * 1024;

async function verdictOfBody(
  { contents }: ResponseRule,
  headers: ValidatedResponse["headers"],
  body: Uint8Array,
  api: Validators,
): Promise<Verdict> {
  const { "content-encoding": coding = "", ...rest } = headers;
  const decoded = await withoutCoding(coding.trim().toLowerCase(), body, mostDecoded);
  if (decoded === undefined || decoded === "too large")
    return wrong([{ in: "body", pointer: "#", detail: "cannot be read in its content coding", rule: "content-encoding" }]);
  return bodyVerdict({ isRequired: true, contents }, rest, decoded, api.validators);
}
