import { isJson, isXml, parseMediaType } from "../../text/media-type.ts";
import { isObject, type JsonObject, type Node } from "../../text/node.ts";
import type { Example, Offer } from "./offers.ts";
import { sample } from "./sample.ts";
import type { Follow } from "./schema.ts";
import { xmlText } from "./xml.ts";

/** The text of a representation: of the example given, else of one made from the schema. */
export function bodyText(offer: Offer, example: Example | undefined, follow: Follow): string {
  const { mediaType, schema, itemSchema } = offer;
  if (example?.written === true) return String(example.value);
  if (example !== undefined) return write(example.value, mediaType, schema, follow);
  if (isNoText(mediaType, follow(schema))) return "";
  if (schema.value !== undefined) return write(sample(schema, follow), mediaType, schema, follow);
  if (itemSchema.value !== undefined) return sequenceText(mediaType, sample(itemSchema, follow));
  return isJson(mediaType) ? "{}" : "";
}

/** A value in a media type. Text is written as it is where it is not JSON, or is JSON that the author wrote as text. */
function write(value: unknown, mediaType: string, schema: Node, follow: Follow): string {
  if (isJson(mediaType)) return typeof value === "string" && isWrittenJson(value, follow(schema)) ? value : JSON.stringify(value);
  if (typeof value === "string") return value;
  if (isXml(mediaType)) return xmlText(value, schema, follow);
  if (parseMediaType(mediaType)?.essence === "application/x-www-form-urlencoded" && isObject(value)) return formText(value);
  if (value === null || isNoText(mediaType, follow(schema))) return "";
  return JSON.stringify(value);
}

/** Whether no schema tells the bytes of a representation: they are several in one (RFC 2046, section 5.1), or of a format of their own. */
function isNoText(mediaType: string, { value }: Node): boolean {
  if (isJson(mediaType) || isXml(mediaType) || /^text\//i.test(mediaType)) return false;
  const isFile = isObject(value) && (value.format === "binary" || value.type === "file");
  return isFile || /^(?:(?:multipart|image|audio|video|font|model)\/|application\/(?:octet-stream|pdf|zip|gzip)\b)/i.test(mediaType);
}

/** Many documents write an example of an object as its JSON text. Where the schema says string, the text is meant. */
function isWrittenJson(text: string, schema: Node): boolean {
  if (!/^\s*[[{]/.test(text) || (isObject(schema.value) && schema.value.type === "string")) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** An object as form fields; the elements of a list repeat their field (WHATWG URL, section 5). */
function formText(value: JsonObject): string {
  const fields = Object.entries(value).flatMap(([name, member]) => [member].flat().map((one) => [name, fieldText(one)]));
  return new URLSearchParams(fields).toString();
}

const fieldText = (value: unknown): string => (typeof value === "object" && value !== null ? JSON.stringify(value) : String(value ?? ""));

/** A sequence of one element (OpenAPI 3.2, section 4.14.3): a line of JSON, a server-sent event, or a list. */
function sequenceText(mediaType: string, element: unknown): string {
  const essence = parseMediaType(mediaType)?.essence ?? "";
  if (essence === "text/event-stream" && isObject(element)) {
    const lines = Object.entries(element).flatMap(([name, value]) =>
      fieldText(value)
        .split("\n")
        .map((line) => `${name}: ${line}\n`),
    );
    return `${lines.join("")}\n`;
  }
  if (/seq$/.test(essence)) return `\u001e${JSON.stringify(element)}\n`;
  return /jsonl|ndjson|json-?lines/.test(essence) ? `${JSON.stringify(element)}\n` : JSON.stringify([element]);
}
