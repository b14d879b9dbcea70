import { exactMediaType, isPlain, type MediaType } from "../../text/media-type.ts";

/** A part of a multipart message of a form (RFC 7578, section 4). */
export interface Part {
  readonly name: string;
  readonly isFile: boolean;
  /** Undefined where it says none. */
  readonly type: MediaType | undefined;
  readonly bytes: Uint8Array;
}

/**
 * The parts of a multipart message (RFC 2046, section 5.1.1). Undefined where it is none, or none that all read alike: something stands before or after the parts, a header or a
 * name stands twice, a part is in a transfer encoding, or the delimiter stands elsewhere than at the start of a line that it is all of. Some take a line to end with one character,
 * and some look for nothing but the delimiter.
 */
export function partsIn(sent: Uint8Array, boundary: string): readonly Part[] | undefined {
  // As if all parts, the first one too, came after the end of a line.
  const body = Buffer.concat([Buffer.from(lineEnd), sent]);
  const dashed = `--${boundary}`;
  const found = isBoundary.test(boundary) ? placesOf(dashed, body) : [];
  const [first = body.length] = found;
  // One more end of a line may stand before all.
  const isWhole = first <= 2 * lineEnd.length && found.every((at) => isBefore(lineEnd, body, at));
  if (!isWhole || !isEnd(body.subarray((found.at(-1) ?? 0) + dashed.length))) return undefined;
  const parts = found.slice(0, -1).flatMap((at, index) => partOf(body.subarray(at + dashed.length, found[index + 1])) ?? []);
  return parts.length === found.length - 1 ? parts : undefined;
}

function placesOf(text: string, body: Buffer): readonly number[] {
  const found: number[] = [];
  for (let at = body.indexOf(text); at !== -1; at = body.indexOf(text, at + text.length)) found.push(at);
  return found;
}

const lineEnd = "\r\n";

/** Without blanks and commas, at which some end it. */
const isBoundary = /^[0-9A-Za-z'()+_./:=?-]{1,70}$/;

const isBefore = (text: string, body: Buffer, at: number): boolean => body.toString("latin1", at - text.length, at) === text;

/** What follows the last delimiter. */
const isEnd = (bytes: Buffer): boolean => bytes.length < 1000 && /^--[ \t\r\n]*$/.test(bytes.toString("latin1"));

/** What stands between two delimiters, with the ends of lines that are theirs. */
function partOf(between: Buffer): Part | undefined {
  if (!isBefore(lineEnd, between, lineEnd.length)) return undefined;
  const written = between.subarray(lineEnd.length, -lineEnd.length);
  const headEnd = written.indexOf("\r\n\r\n");
  const headers = headEnd === -1 ? undefined : headersIn(written.toString("utf8", 0, headEnd));
  const disposition = dispositionIn(headers?.get("content-disposition") ?? "");
  const name = disposition?.get("name");
  const coding = headers?.get("content-transfer-encoding")?.toLowerCase() ?? "binary";
  if (headers === undefined || disposition === undefined || name === undefined || !uncoded.has(coding)) return undefined;
  const said = headers.get("content-type");
  const type = said === undefined || !isPlain(said) ? undefined : exactMediaType(said);
  if (said !== undefined && type === undefined) return undefined;
  return { name, isFile: disposition.has("filename"), type, bytes: written.subarray(headEnd + 4) };
}

const uncoded: ReadonlySet<string> = new Set(["7bit", "8bit", "binary"]);

function headersIn(text: string): ReadonlyMap<string, string> | undefined {
  const lines = text.split("\r\n");
  const found = lines.flatMap((line) => {
    const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*([^\p{Cc}]*)$/u.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name.toLowerCase(), value.trim()] as const];
  });
  return oncePer(found, lines.length);
}

/** `filename*` is none of a form's, but many clients write it beside `filename` (RFC 7578, section 4.2). No backslash: to some it is one, to others it escapes what follows. */
const parameter = /[ \t]*;[ \t]*(name|filename\*?)=(?:"([^"\\]*)"|([!#$%&'*+.^_`|~\w-]+))/giy;

/** The parameters of `form-data; name="a"; filename="b"`; quotes and ends of lines in them as browsers write them (WHATWG HTML, section 4.10.21.8). */
function dispositionIn(text: string): ReadonlyMap<string, string> | undefined {
  const [kind = ""] = text.split(";", 1);
  if (kind.trim().toLowerCase() !== "form-data") return undefined;
  const rest = text.slice(kind.length);
  const found = [...rest.matchAll(parameter)];
  if (found.map(([all]) => all).join("").length !== rest.trimEnd().length) return undefined;
  const written = found.map(([, name = "", quoted, token = ""]) => [name.toLowerCase(), unescaped(quoted ?? token)] as const);
  return oncePer(written, written.length);
}

const unescaped = (text: string): string => text.replaceAll(/%0A/gi, "\n").replaceAll(/%0D/gi, "\r").replaceAll("%22", '"');

/** Undefined where fewer were found than there are, or a name stands twice. */
function oncePer(found: readonly (readonly [string, string])[], count: number): ReadonlyMap<string, string> | undefined {
  const byName = new Map(found);
  return byName.size === count ? byName : undefined;
}
