import { parseMediaType, splitOutsideQuotes } from "../../text/media-type.ts";

/** Types that stand for a range of the document, where an answer must name one. */
const concrete: ReadonlyMap<string, string> = new Map([
  ["*/*", "application/json"],
  ["application/*", "application/json"],
  ["text/*", "text/plain"],
  ["image/*", "image/png"],
  ["audio/*", "audio/mpeg"],
  ["video/*", "video/mp4"],
]);

/**
 * The media type that an answer names for one that a document names: for a range one of its types, for several the first, and
 * `application/json` for what is no media type.
 */
export function concreteMediaType(written: string): string {
  const [first = ""] = splitOutsideQuotes(written, ",");
  const parsed = /^[\x20-\x7e]{1,200}$/.test(first) ? parseMediaType(first) : undefined;
  if (parsed === undefined) return "application/json";
  if (!parsed.essence.includes("*")) return first.trim();
  return concrete.get(parsed.essence) ?? "application/octet-stream";
}
