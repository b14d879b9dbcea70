import type { OpenApiDocument } from "../openapi/document.ts";
import { type Problem, warning } from "../problem.ts";
import { child, elements, type Node, placeOf } from "../text/node.ts";
import { sayOnce } from "./say-once.ts";

/** Request headers of the document that the gateway refuses: an underscore is a hyphen to some backends, which then believe what was forged. */
export function refusedHeaders(document: OpenApiDocument): readonly Problem[] {
  const problems: Problem[] = [];
  const lists = document.paths.flatMap(({ items, operations }) => [...items, ...operations.map(({ node }) => node)]);
  const parameters = lists.flatMap((node) => elements(child(node, "parameters")).map(document.follow));
  const schemes = [...document.schemes.values()].map(({ where }) => document.follow(where));
  for (const node of [...parameters, ...schemes]) if (isRefused(node)) sayOnce(problems, refused(node));
  return problems;
}

const isRefused = (node: Node): boolean => child(node, "in").value === "header" && String(child(node, "name").value).includes("_");

const refused = (node: Node): Problem =>
  warning(
    "HeaderRefused",
    placeOf(child(node, "name")),
    `Requests with the header \`${String(child(node, "name").value).slice(0, 80)}\` are refused with 400, for its name has an underscore. Name it with hyphens.`,
  );
