import { error, type Problem, wholeFile } from "../../problem.ts";
import type { HttpResponse } from "./http.ts";
import type { Session } from "./session.ts";
import type { RegistryWords } from "./words.ts";

/** An answer to what was to be stored. */
interface Refusal {
  readonly stored: "blob" | "manifest";
  readonly status: number;
  readonly words: RegistryWords;
}

/** Why a registry does not store a blob, or a manifest. */
export async function notStored(session: Session, repository: string, stored: Refusal["stored"], response: HttpResponse): Promise<Problem> {
  const refusal = { stored, status: response.status, words: await session.words(response) };
  const { reason, message } = tooLarge(refusal) ?? immutable(refusal) ?? noRepository(refusal) ?? otherwise(refusal);
  return error(reason, wholeFile(`${session.registry}/${repository}`), message);
}

/** What is wrong, or that it is something else. */
type Cause = Pick<Problem, "reason" | "message"> | undefined;

function tooLarge({ stored, status, words }: Refusal): Cause {
  if (status !== 413) return undefined;
  const advice = { blob: "no request has more than 16 MiB", manifest: "or make an image of fewer layers or labels" }[stored];
  return {
    reason: "RegistryFailed",
    message: `The ${stored} is too large for the registry, or for a proxy before it that bounds requests: the answer is 413.${words.sentence} Have the bound raised; ${advice}.`,
  };
}

/** Registries say that differently: 412 and 409, or 400 with words (Harbor: "Tag Immutability Rules"; ECR: "Image tag mutability"). */
function immutable({ stored, status, words }: Refusal): Cause {
  if (stored !== "manifest" || !(status === 409 || status === 412 || /immutable/i.test(words.sentence))) return undefined;
  return {
    reason: "RegistryDenied",
    message: `The tag is there, and the registry lets it stand for nothing else: the answer is ${status}.${words.sentence} Name another tag or version, or have the rule for immutable tags changed.`,
  };
}

function noRepository({ status, words: { codes, sentence } }: Refusal): Cause {
  // An upload that it knows no more, or a blob that a manifest names, is not there either.
  if (!(codes.includes("NAME_UNKNOWN") || (status === 404 && !codes.some((code) => /BLOB|MANIFEST/.test(code))))) return undefined;
  return {
    reason: "RegistryFailed",
    message: `The registry has no such repository: the answer is ${status}.${sentence} Some want it to be made first, such as ECR, or its project, such as Harbor. Make it there, or look whether the name is right.`,
  };
}

function otherwise({ stored, status, words }: Refusal): NonNullable<Cause> {
  const message =
    stored === "blob"
      ? `The registry answers ${status} to an upload.${words.sentence} Look what it logs, and whether its disk is full or may not be written.`
      : `The registry answers ${status} to the manifest.${words.sentence} Look whether it is a registry, and what it logs.`;
  return { reason: "RegistryFailed", message };
}
