import { type Checked, checked, error, failed } from "../problem.ts";
import { child, isObject, type Node, placeOf } from "../text/node.ts";

/** The formats that Portico reads. */
export type Format = "2.0" | "3.0" | "3.1" | "3.2";

/** Which format a document says it has (Swagger 2.0: `swagger`; OpenAPI 3: `openapi`). Fails with NotOpenApi, WrongType or UnknownVersion. */
export function formatOf(document: Node): Checked<Format> {
  if (!isObject(document.value)) {
    return failed(error("NotOpenApi", placeOf(document), "This is no OpenAPI document: it is no mapping. Begin it with `openapi: 3.1.0`."));
  }
  const swagger = child(document, "swagger");
  const openapi = child(document, "openapi");
  const said = openapi.value === undefined ? swagger : openapi;
  if (said.value === undefined) {
    return failed(
      error(
        "NotOpenApi",
        placeOf(document),
        "This is no OpenAPI document: it has neither `openapi` nor `swagger`. Begin it with `openapi: 3.1.0`.",
      ),
    );
  }
  // `swagger: 2.0` without quotes is a number, and common.
  const text = said === swagger && said.value === 2 ? "2.0" : said.value;
  if (typeof text !== "string") {
    return failed(error("WrongType", placeOf(said), "The version is not a string. Put it in quotes."));
  }
  const known = said === swagger ? /^2\.0$/.exec(text) : /^3\.[012](?=\.|$)/.exec(text);
  switch (known?.[0]) {
    case "2.0":
    case "3.0":
    case "3.1":
    case "3.2":
      return checked(known[0], []);
    default:
      return failed(
        error(
          "UnknownVersion",
          placeOf(said),
          `Version ${JSON.stringify(text.slice(0, 40))} is not known. Portico reads Swagger 2.0 and OpenAPI 3.0, 3.1 and 3.2.`,
        ),
      );
  }
}
