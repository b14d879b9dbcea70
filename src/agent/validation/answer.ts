import type { ErrorForm } from "../../model/error-form.ts";
import { validationErrors } from "../../model/gateway-error.ts";
import { violationsKey } from "../../model/validation.ts";
import { type AskedValidation, writeFindings, writeRefusal } from "../messages.ts";
import type { Verdict, Violation } from "./violation.ts";

/** So many are written to the log for a message. */
const mostLogged = 5;

/**
 * The answer to a request that was held against its document, as bytes. What is wrong is said in one line, without anything that the client wrote. Rejects where nobody could
 * tell, and the request is to be refused for that.
 */
export function validationAnswer(
  asked: AskedValidation,
  verdict: Verdict | undefined,
  form: ErrorForm,
  say: (line: string) => void,
): Uint8Array {
  if (verdict === undefined && asked.isEnforced) throw new Error("The request could not be held against its document.");
  if (verdict === undefined || verdict.kind === "right") return writeFindings({});
  const { violations } = verdict;
  say(logLine({ ...asked, of: "request" }, violations));
  if (!asked.isEnforced) return writeFindings({ [violationsKey]: violations.length });
  const refusal = verdict.status === 415 ? validationErrors.unsupportedMediaType : validationErrors.invalidRequest;
  const type = form === "wso2" ? "application/json" : "application/problem+json";
  return writeRefusal(refusal.status, type, JSON.stringify(bodyOf(form, refusal, violations, asked.requestId)));
}

/** Which message it is that something is wrong with. */
interface WrongMessage {
  readonly api: string;
  readonly operation: string;
  readonly requestId: string;
  readonly of: "request" | "response";
}

/** What is wrong with a message in one line, without anything that is in it. */
export const logLine = ({ api, operation, requestId, of }: WrongMessage, violations: readonly Violation[]): string =>
  JSON.stringify({
    ...{ api, operation, requestId, of },
    violations: violations.slice(0, mostLogged).map(({ in: place, name, rule }) => ({ in: place, name, rule })),
    ...(violations.length > mostLogged ? { more: violations.length - mostLogged } : {}),
  });

type Refusal = (typeof validationErrors)[keyof typeof validationErrors];

function bodyOf(form: ErrorForm, { type, title, status, detail }: Refusal, violations: readonly Violation[], requestId: string): object {
  const errors = violations.map(({ in: place, name, pointer, detail: what }) => ({ in: place, name, pointer, detail: what }));
  if (form === "problem") return { type, title, status, detail, errors, requestId };
  const description = errors.map(
    ({ in: place, name, pointer, detail: what }) => `${[place, name, pointer].filter(Boolean).join(" ")} ${what}`,
  );
  return { fault: { code: status, message: title, description: description.join("; ") } };
}
