import { isObject, type JsonObject, type Node } from "../../text/node.ts";
import { componentName, type Follow, nodesOf, type Part, propertiesOf, propertyNodes, takeApart, valuesOf } from "./schema.ts";

/** What is written so far, and how references are followed. */
interface Writing {
  readonly follow: Follow;
  readonly out: string[];
}

/**
 * A value as XML (OpenAPI 3.1, section 4.8.26): the schema's `xml` gives names, namespaces, attributes and whether lists are wrapped.
 * The outermost element is named after `xml.name`, else the component, else `root`. What XML cannot hold is left out.
 */
export function xmlText(value: unknown, schema: Node, follow: Follow): string {
  const { parts } = takeApart([schema], follow);
  const name = parts.map(({ node }) => componentName(node)).find((component) => component !== undefined) ?? "root";
  const writing: Writing = { follow, out: ['<?xml version="1.0" encoding="UTF-8"?>\n'] };
  if (Array.isArray(value)) writeList(name, value, parts, true, writing);
  else writeElement(name, value, parts, writing);
  return writing.out.join("");
}

/** The `xml` object of a schema; what an inner schema says is added to what the outer one says. */
function xmlOf(parts: readonly Part[]): JsonObject {
  return Object.assign({}, ...valuesOf(parts, "xml").filter(isObject).reverse());
}

/** The name that the schema gives its elements, else the other one. */
function elementName(parts: readonly Part[], otherwise: string): string {
  const { name, prefix, namespace } = xmlOf(parts);
  const local = validName(typeof name === "string" ? name : otherwise);
  return typeof prefix === "string" && typeof namespace === "string" ? `${validName(prefix)}:${local}` : local;
}

const partsOf = (nodes: readonly Node[], { follow }: Writing): readonly Part[] => takeApart(nodes, follow).parts;

function writeElement(otherwise: string, value: unknown, parts: readonly Part[], writing: Writing): void {
  const { out } = writing;
  const name = elementName(parts, otherwise);
  out.push("<", name, namespaceOf(parts));
  if (!isObject(value)) {
    const text = scalarText(value);
    out.push(text === "" ? "/>" : `>${escapeXml(text)}</${name}>`);
    return;
  }
  const properties = propertiesOf(parts);
  const inner = Object.entries(value).map(([key, member]) => ({
    key,
    member,
    of: partsOf(propertyNodes(properties.get(key) ?? [], key), writing),
  }));
  const attributes = inner.filter(({ of, member }) => xmlOf(of).attribute === true && typeof member !== "object");
  for (const { key, member, of } of attributes) out.push(` ${elementName(of, key)}="${escapeXml(scalarText(member))}"`);
  out.push(">");
  for (const entry of inner) if (!attributes.includes(entry)) writeMember(entry.key, entry.member, entry.of, writing);
  out.push("</", name, ">");
}

function writeMember(key: string, member: unknown, parts: readonly Part[], writing: Writing): void {
  if (Array.isArray(member)) writeList(key, member, parts, xmlOf(parts).wrapped === true, writing);
  else writeElement(key, member, parts, writing);
}

/** A list is its elements one after another, in an element of their own when it is wrapped. */
function writeList(key: string, list: readonly unknown[], parts: readonly Part[], wrapped: boolean, writing: Writing): void {
  const { out } = writing;
  const name = elementName(parts, key);
  const items = partsOf(nodesOf(parts, "items"), writing);
  const inner = wrapped ? elementName([], String(xmlOf(parts).name ?? key)) : key;
  if (wrapped) out.push("<", name, namespaceOf(parts), ">");
  for (const element of list) {
    if (Array.isArray(element)) writeList(inner, element, items, true, writing);
    else writeElement(inner, element, items, writing);
  }
  if (wrapped) out.push("</", name, ">");
}

function namespaceOf(parts: readonly Part[]): string {
  const { namespace, prefix } = xmlOf(parts);
  if (typeof namespace !== "string") return "";
  return ` xmlns${typeof prefix === "string" ? `:${validName(prefix)}` : ""}="${escapeXml(namespace)}"`;
}

const scalarText = (value: unknown): string =>
  value === null || value === undefined ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);

/** A name that XML takes: what it does not take becomes `_`. */
function validName(name: string): string {
  const replaced = name.replace(/[^\p{L}\p{N}_.-]/gu, "_");
  return /^[\p{L}_]/u.test(replaced) ? replaced : `_${replaced}`;
}

const entities: ReadonlyMap<string, string> = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
]);

/** Escapes markup, and leaves out the control characters that XML 1.0 has no way to write (section 2.2). */
function escapeXml(text: string): string {
  return text.replace(/[&<>"]|[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, (character) => entities.get(character) ?? "");
}
