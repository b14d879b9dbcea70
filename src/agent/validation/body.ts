import { type BodyKind, kindOf } from "../../model/body-kind.ts";
import type { BodyRule, ContentRule } from "../../model/validation.ts";
import { exactMediaType } from "../../text/media-type.ts";
import { formIn, jsonIn, multipartIn } from "./forms.ts";
import { leastWrong } from "./parameters.ts";
import { type Validator, type Verdict, type Violation, violationsOf } from "./violation.ts";

const inBody = { in: "body", name: undefined } as const;
const right: Verdict = { kind: "right" };
const wrong = (detail: string, rule: string, status: 400 | 415 = 400): Verdict => ({
  kind: "wrong",
  status,
  violations: [{ ...inBody, pointer: "#", detail, rule }],
});

/** Whether a body is what it should be. */
export async function bodyVerdict(
  { isRequired, contents }: BodyRule,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
  validators: ReadonlyMap<string, Validator>,
): Promise<Verdict> {
  if (body.length === 0) return isRequired ? wrong("must be there", "required") : right;
  const coding = headers["content-encoding"]?.trim().toLowerCase();
  if (coding !== undefined && coding !== "" && coding !== "identity")
    return wrong("must be sent without a content coding", "content-encoding", 415);
  const written = headers["content-type"] ?? "application/octet-stream";
  const essence = exactMediaType(written)?.essence;
  const [first, ...others] = essence === undefined ? [] : contentsFor(contents, essence);
  if (essence === undefined || first === undefined)
    return wrong(`must be of a media type that the document names: ${contents.map(({ range }) => range).join(", ")}`, "content-type", 415);
  const sent = { kind: kindOf(essence), written, body };
  const verdict = await verdictBy(first, sent, validators);
  for (const other of others) if (verdict.kind === "wrong" && (await verdictBy(other, sent, validators)).kind === "right") return right;
  return verdict;
}

/** The rules of the closest range (RFC 9110, section 12.5.1): several where the document tells them apart by parameters, and any may be meant. */
function contentsFor(contents: readonly ContentRule[], essence: string): readonly ContentRule[] {
  const ranges = [essence, `${essence.split("/", 1)[0]}/*`, "*/*"];
  return ranges.map((range) => contents.filter((one) => one.range === range)).find((found) => found.length > 0) ?? [];
}

interface SentBody {
  readonly kind: BodyKind;
  /** Its media type, as it is written. */
  readonly written: string;
  readonly body: Uint8Array;
}

async function verdictBy(content: ContentRule, sent: SentBody, validators: ReadonlyMap<string, Validator>): Promise<Verdict> {
  // JSON that is named has to be JSON, whatever is in it.
  if (sent.kind === "opaque" || (content.schema === undefined && kindOf(content.range) !== "json")) return right;
  const meanings = await bodyMeanings(content, sent);
  if (typeof meanings === "string") return wrong(meanings, "form");
  const validate = content.schema === undefined ? undefined : validators.get(content.schema);
  if (content.schema !== undefined && validate === undefined) throw new Error("a schema is missing");
  const violations = validate === undefined ? [] : violationsOf(inBody, leastWrong(meanings, validate));
  return violations.length === 0 ? right : { kind: "wrong", status: 400, violations: violations satisfies readonly Violation[] };
}

/** What a body may stand for, or in what it cannot be read. */
async function bodyMeanings(content: ContentRule, { kind, written, body }: SentBody): Promise<readonly [unknown, ...unknown[]] | string> {
  switch (kind) {
    case "json":
      return jsonIn(body);
    case "form":
      return formIn(Buffer.from(body).toString("utf8"), content);
    case "multipart":
      return multipartIn(written, body, content);
    default:
      return [Buffer.from(body).toString("utf8")];
  }
}
