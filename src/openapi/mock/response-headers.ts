import { child, isObject, members, type Node } from "../../text/node.ts";
import { examplesOf } from "./offers.ts";
import { sample } from "./sample.ts";
import type { Follow } from "./schema.ts";

/** More headers than this are not sent. */
const maxHeaders = 32;

/** A longer value is not sent. */
const maxValueLength = 1_024;

/**
 * Fields that a mock never sends: those that the gateway or the connection writes, those that would say something wrong about the
 * body, credentials, and the ones by which CORS and Envoy are controlled.
 */
const never = new RegExp(
  `^(?:${[
    "content-(?:type|length|encoding|range|md5|digest)",
    "(?:repr-)?digest",
    "connection|keep-alive|proxy-connection|transfer-encoding|te|trailer|upgrade|host|date|server|via|alt-svc",
    "(?:proxy-)?authorization|cookie",
    "preference-applied|portico-.*|x-envoy-.*|access-control-.*",
  ].join("|")})$`,
);

/**
 * The documented fields of a response, names in small letters: those that are required, that have an example, or that lead on
 * (Location). A field whose value cannot stand in a header is left out.
 */
export function responseHeaders(response: Node, format: "2.0" | "3", follow: Follow): readonly (readonly [name: string, value: string])[] {
  const headers = new Map<string, string>();
  for (const [written, reference] of members(child(response, "headers"))) {
    const name = written.toLowerCase();
    if (headers.size >= maxHeaders || never.test(name) || !/^[!#$%&'*+.^_`|~0-9a-z-]{1,100}$/.test(name)) continue;
    const header = follow(reference);
    const value = format === "2.0" ? value2(header, name, follow) : value3(header, name, follow);
    const text = value === undefined ? "" : headerText(value);
    if (/^[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?$/.test(text) && text.length <= maxValueLength) headers.set(name, text);
  }
  return [...headers];
}

/** In 2.0 a header is its own schema, and nothing is required. */
function value2(header: Node, name: string, follow: Follow): unknown {
  const fields = isObject(header.value) ? header.value : {};
  if (fields["x-example"] !== undefined) return fields["x-example"];
  return gives(header) || name === "location" ? sample(header, follow) : undefined;
}

function value3(header: Node, name: string, follow: Follow): unknown {
  const [content] = members(child(header, "content"));
  const described = content === undefined ? header : follow(content[1]);
  const [example] = examplesOf(described, follow);
  if (example !== undefined && example.value !== null) return example.value;
  const schema = child(described, "schema");
  const wanted = child(header, "required").value === true || gives(follow(schema)) || name === "location";
  if (!wanted) return undefined;
  const value = sample(schema, follow);
  return content === undefined ? value : JSON.stringify(value);
}

const gives = ({ value }: Node): boolean =>
  isObject(value) && ["example", "examples", "default", "const"].some((key) => value[key] !== undefined);

/** A value in the style `simple` (RFC 6570, section 3.2.2): lists and objects with commas. */
function headerText(value: unknown): string {
  if (Array.isArray(value)) return value.map(scalarText).join(",");
  if (isObject(value))
    return Object.entries(value)
      .flatMap(([key, member]) => [key, scalarText(member)])
      .join(",");
  return scalarText(value);
}

const scalarText = (value: unknown): string => (typeof value === "object" ? JSON.stringify(value) : String(value)).trim();
