import { createHash } from "node:crypto";

/** A tag has no more characters (OCI distribution specification, "Pulling manifests"). */
const longest = 128;

/**
 * The tag of a version. Letters, digits, `.` and `-` stay; every other byte of its UTF-8, and a `.` or `-` at the begin, becomes `_` and two
 * hexadecimal digits: `1.0+b` is `1.0_2Bb`. One that is then too long is cut, and ends with `__` and its SHA-256. An empty one is `_`.
 * Two versions never have one tag: `_` begins an escape, which `__` is not.
 */
export function tagOfVersion(version: string): string {
  const text = [...Buffer.from(version, "utf8")].map((byte, index) => escaped(String.fromCharCode(byte), index === 0)).join("");
  if (text.length <= longest) return text === "" ? "_" : text;
  const hash = createHash("sha256").update(version).digest("hex");
  return `${text.slice(0, longest - hash.length - 2)}__${hash}`;
}

function escaped(character: string, isFirst: boolean): string {
  if (/[A-Za-z0-9]/.test(character) || (!isFirst && /[.-]/.test(character))) return character;
  return `_${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
}
