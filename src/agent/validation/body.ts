import type { BodyRule, ContentRule } from "../../model/validation.ts";
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
  const written = headers["content-type"] ?? "";
  const content = contentOf(contents, written);
  if (content === undefined)
    return wrong(`must be of a media type that the document names: ${contents.map(({ range }) => range).join(", ")}`, "content-type", 415);
  if (content.kind === "opaque") return right;
  const meanings = await bodyMeanings(content, written, body);
  if (typeof meanings === "string") return wrong(meanings, "form");
  const validate = content.schema === undefined ? undefined : validators.get(content.schema);
  if (content.schema !== undefined && validate === undefined) throw new Error("a schema is missing");
  const violations = validate === undefined ? [] : violationsOf(inBody, leastWrong(meanings, validate));
  return violations.length === 0 ? right : { kind: "wrong", status: 400, violations: violations satisfies readonly Violation[] };
}

/** The rule of the closest range (RFC 9110, section 12.5.1). */
function contentOf(contents: readonly ContentRule[], written: string): ContentRule | undefined {
  const essence = written.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  const group = `${essence.split("/", 1)[0]}/*`;
  return [essence, group, "*/*"].flatMap((range) => contents.find((one) => one.range === range) ?? [])[0];
}

/** What a body may stand for, or in what it cannot be read. */
async function bodyMeanings(content: ContentRule, written: string, body: Uint8Array): Promise<readonly [unknown, ...unknown[]] | string> {
  switch (content.kind) {
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
