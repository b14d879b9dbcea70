import type { Node } from "../text/node.ts";
import type { DocumentFiles } from "./references.ts";
import type { Format } from "./version.ts";

/** An OpenAPI document of any known version, read: what differs between the versions is gone, references are still to be followed. */
export interface OpenApiDocument {
  readonly format: Format;
  readonly files: DocumentFiles;
  readonly root: Node;
  /** What a node stands for, its `$ref` followed; its value is undefined where that leads nowhere. One function a document: mocks remember by it. */
  readonly follow: (node: Node) => Node;
  readonly title: string | undefined;
  readonly version: string | undefined;
  readonly servers: readonly Server[];
  readonly security: readonly SecurityRequirement[] | undefined;
  readonly schemes: ReadonlyMap<string, SecurityScheme>;
  readonly paths: readonly DocumentPath[];
}

/** One entry of `paths`: its key as it is written, and the path item. */
export interface DocumentPath {
  readonly key: string;
  /** Where the key is written. */
  readonly where: Node;
  /** The path item where it is written, and then, where that has a `$ref`, what it leads to, and so on: the earlier ones count before the later ones. */
  readonly items: readonly Node[];
  readonly servers: readonly Server[] | undefined;
  readonly operations: readonly DocumentOperation[];
}

export interface DocumentOperation {
  /** In capitals. */
  readonly method: string;
  readonly id: string | undefined;
  readonly node: Node;
  readonly servers: readonly Server[] | undefined;
  readonly security: readonly SecurityRequirement[] | undefined;
  /** Swagger 2.0's media types of answers; empty in OpenAPI 3. */
  readonly produces: readonly string[];
}

/** A server's URL with its variables replaced by their defaults. */
export interface Server {
  readonly url: string;
  readonly where: Node;
}

/** One alternative: every scheme named in it is needed, with these scopes. No scheme: no credential is needed. */
export interface SecurityRequirement {
  readonly schemes: readonly NeededScheme[];
  readonly where: Node;
}

/** A credential that is needed, by its scheme's name. */
export interface NeededScheme {
  readonly name: string;
  readonly scopes: readonly string[];
  /** Whether the name is a Security's, and no scheme's: where something else than a document asks for it. */
  readonly isSecurity?: boolean;
  /** Where nobody named it, for it is the one Security of a kind. */
  readonly ofKind?: TakenOfKind;
}

/** How a Security is asked that nobody named: in place of a scheme's name, or besides, for a certificate that is wanted with every other credential. */
export type TakenOfKind = "instead" | "besides";

export interface SecurityScheme {
  readonly name: string;
  readonly kind: "bearer" | "basic" | "apiKey" | "oauth2" | "openIdConnect" | "mutualTLS" | "http";
  /** The scheme of HTTP that `http` stands for, as it is written: `digest`; undefined where that is no name for one (RFC 9110, section 11.1). */
  readonly named: string | undefined;
  /** Where a key is, for the type apiKey. */
  readonly key: { readonly in: string; readonly name: string } | undefined;
  readonly where: Node;
}
