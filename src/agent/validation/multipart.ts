import { exactMediaType, type MediaType } from "../../text/media-type.ts";

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
 * name stands twice, or a part is in a transfer encoding.
 */
export function partsIn(sent: Uint8Array, boundary: string): readonly Part[] | undefined {
  // As if all parts, the first one too, came after the end of a line.
  const body = Buffer.concat([Buffer.from("\r\n"), sent]);
  const delimiter = `\r\n--${boundary}`;
  const parts: Part[] = [];
  const first = [0, 2].find((at) => body.indexOf(delimiter, at) === at);
  for (let at = first; at !== undefined; ) {
    const start = at + delimiter.length;
    if (body.toString("latin1", start, start + 2) === "--") return isBlank(body.subarray(start + 2)) ? parts : undefined;
    const lineEnd = body.indexOf("\r\n", start);
    const end = body.indexOf(delimiter, Math.max(lineEnd, start));
    if (lineEnd === -1 || end === -1 || !isBlank(body.subarray(start, lineEnd))) return undefined;
    const part = partOf(body.subarray(lineEnd + 2, end));
    if (part === undefined) return undefined;
    parts.push(part);
    at = end;
  }
  return undefined;
}

const isBlank = (bytes: Buffer): boolean => bytes.length < 1000 && bytes.toString("latin1").trim() === "";

function partOf(written: Buffer): Part | undefined {
  const headEnd = written.indexOf("\r\n\r\n");
  const headers = headEnd === -1 ? undefined : headersIn(written.toString("utf8", 0, headEnd));
  const disposition = dispositionIn(headers?.get("content-disposition") ?? "");
  const name = disposition?.get("name");
  const coding = headers?.get("content-transfer-encoding")?.toLowerCase() ?? "binary";
  if (headers === undefined || disposition === undefined || name === undefined || !uncoded.has(coding)) return undefined;
  const said = headers.get("content-type");
  const type = said === undefined ? undefined : exactMediaType(said);
  if (said !== undefined && type === undefined) return undefined;
  return { name, isFile: disposition.has("filename"), type, bytes: written.subarray(headEnd + 4) };
}

const uncoded: ReadonlySet<string> = new Set(["7bit", "8bit", "binary"]);

function headersIn(text: string): ReadonlyMap<string, string> | undefined {
  const lines = text.split("\r\n");
  const found = lines.flatMap((line) => {
    const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*([^\r\n]*)$/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name.toLowerCase(), value.trim()] as const];
  });
  return oncePer(found, lines.length);
}

const parameter = /[ \t]*;[ \t]*([!#$&*+.^_`|~\w-]+)=(?:"([^"\r\n]*)"|([!#$%&'*+.^_`|~\w-]+))/gy;

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
