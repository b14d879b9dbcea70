import { z } from "zod";
import type { Redacted } from "../../redacted.ts";
import { printable } from "../../text/printable.ts";
import { bytesOf, type HttpResponse } from "./http.ts";

/** What a registry says itself, in an answer that refuses. */
export interface RegistryWords {
  /** Its codes, such as `NAME_UNKNOWN`. */
  readonly codes: readonly string[];
  /** A sentence with its codes and words, after a blank: to stand behind another sentence. Empty where it says nothing. */
  readonly sentence: string;
}

/** The body of an answer that refuses (OCI distribution specification, "Error Codes"). */
const refusal = z.looseObject({
  errors: z.array(z.looseObject({ code: z.string().catch(""), message: z.string().catch("") })),
});

const largestBody = 64 * 1024;
const mostErrors = 3;
const longest = 300;

export const noWords: RegistryWords = { codes: [], sentence: "" };

/** Reads what a registry says in an answer, as it may be shown: bounded, in one line, and not at all where one of the secrets stands in it. */
export async function wordsOf(response: HttpResponse, secrets: readonly Redacted[]): Promise<RegistryWords> {
  const body = await bytesOf(response, largestBody).catch(() => Buffer.from(""));
  const errors = errorsIn(Buffer.from(body).toString("utf8")).slice(0, mostErrors);
  const codes = errors.map(({ code }) => code);
  const text = errors.map(({ code, message }) => [code, message].filter((part) => part !== "").join(": ")).join("; ");
  if (text === "") return noWords;
  const isSecret = secrets.some((secret) => secret.reveal() !== "" && text.includes(secret.reveal()));
  return { codes, sentence: isSecret ? " What it says holds a credential, and is not shown." : ` It says: ${cut(printable(text))}` };
}

function errorsIn(body: string): z.infer<typeof refusal>["errors"] {
  try {
    return refusal.parse(JSON.parse(body)).errors;
  } catch {
    return [];
  }
}

function cut(text: string): string {
  const characters = [...text.trim().replace(/\.+$/, "")];
  return characters.length <= longest ? `${characters.join("")}.` : `${characters.slice(0, longest).join("")}...`;
}
