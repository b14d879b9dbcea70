import { type BodyKind, kindOf } from "../../model/body-kind.ts";
import type { BodyRule, ContentRule } from "../../model/validation.ts";
import { exactMediaType, isPlain, isUtf8, type MediaType } from "../../text/media-type.ts";
import { formIn, multipartIn } from "./forms.ts";
import { jsonIn, type Unread } from "./json.ts";
import { leastWrongObject } from "./least-wrong.ts";
import { type Validator, type Verdict, violationsOf } from "./violation.ts";

const inBody = { in: "body", name: undefined } as const;
const right: Verdict = { kind: "right" };
const wrong = (detail: string, rule: string, status: 400 | 415 = 400): Verdict => ({
  kind: "wrong",
  status,
  violations: [{ ...inBody, pointer: "#", detail, rule }],
});

/** Whether a body is what it should be. */
export function bodyVerdict(
  { isRequired, contents }: BodyRule,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
  validators: ReadonlyMap<string, Validator>,
): Verdict {
  if (body.length === 0) return isRequired ? wrong("must be there", "required") : right;
  const coding = headers["content-encoding"]?.trim().toLowerCase();
  if (coding !== undefined && coding !== "" && coding !== "identity")
    return wrong("must be sent without a content coding", "content-encoding", 415);
  const written = headers["content-type"] ?? "application/octet-stream";
  const type = typeIn(written);
  const [first, ...others] = type === undefined ? [] : contentsFor(contents, type.essence);
  if (type === undefined || first === undefined)
    return wrong(`must be of a media type that the document names: ${contents.map(({ range }) => range).join(", ")}`, "content-type", 415);
  const sent = { kind: kindOf(type.essence), type, body };
  if (!isInCharset(sent)) return wrong("must be in UTF-8, or plain text in a charset that is known", "charset", 415);
  const verdict = verdictBy(first, sent, validators);
  for (const other of others) if (verdict.kind === "wrong" && verdictBy(other, sent, validators).kind === "right") return right;
  return verdict;
}

/** What is taken apart is so by its type, which all have to read alike. */
function typeIn(written: string): MediaType | undefined {
  const type = exactMediaType(written);
  return type === undefined || kindOf(type.essence) === "opaque" || isPlain(written) ? type : undefined;
}

/** The rules of the closest range (RFC 9110, section 12.5.1): several where the document tells them apart by parameters, and any may be meant. */
function contentsFor(contents: readonly ContentRule[], essence: string): readonly ContentRule[] {
  const ranges = [essence, `${essence.split("/", 1)[0]}/*`, "*/*"];
  return ranges.map((range) => contents.filter((one) => one.range === range)).find((found) => found.length > 0) ?? [];
}

interface SentBody {
  readonly kind: BodyKind;
  readonly type: MediaType;
  readonly body: Uint8Array;
}

function verdictBy(content: ContentRule, sent: SentBody, validators: ReadonlyMap<string, Validator>): Verdict {
  // JSON that is named has to be JSON, whatever is in it.
  if (sent.kind === "opaque" || (content.schema === undefined && kindOf(content.range) !== "json")) return right;
  const validate = content.schema === undefined ? anything : validators.get(content.schema);
  if (validate === undefined) throw new Error("a schema is missing");
  const failures = failuresOf(content, sent, validate);
  if ("ok" in failures) return wrong(failures.detail, failures.rule);
  const violations = violationsOf(inBody, failures);
  return violations.length === 0 ? right : { kind: "wrong", status: 400, violations };
}

const anything: Validator = () => [];

/** In what a body is not right by its schema, or cannot be read. */
function failuresOf(content: ContentRule, { kind, type, body }: SentBody, validate: Validator): ReturnType<Validator> | Unread {
  const text = Buffer.from(body);
  switch (kind) {
    case "json": {
      const json = jsonIn(body);
      return json.ok ? validate(json.value) : json;
    }
    case "form":
    case "multipart": {
      const form = kind === "form" ? formIn(text.toString("utf8"), content) : multipartIn(type, body, content);
      return form.ok ? leastWrongObject(form.fields, validate) : form;
    }
    default:
      return validate(textIn({ type, body }));
  }
}

/** What a plain text is in, it may say; what is taken apart is UTF-8, for others may be read in another way behind the gateway. */
const isInCharset = (sent: SentBody): boolean =>
  sent.kind === "text" ? textIn(sent) !== undefined : sent.kind === "opaque" || isUtf8(sent.type);

/** A text in the charset that it says; undefined where nobody knows that (WHATWG Encoding, section 4.2). */
function textIn({ type, body }: Pick<SentBody, "type" | "body">): string | undefined {
  try {
    return new TextDecoder(type.parameters.get("charset") ?? "utf-8").decode(body);
  } catch {
    return undefined;
  }
}
