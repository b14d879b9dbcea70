import type { PathTemplate } from "./path.ts";

/** Where the gateway finds how many violations a request has that the policy agent let through. */
export const violationsKey = "@violations";

/** What the messages of an API are held against. */
export interface ApiValidation {
  /** Of all the rest, in hexadecimal. */
  readonly hash: string;
  /** JSON Schemas (draft 2020-12) by their names; one refers to another as `#/$defs/name`. */
  readonly schemas: Readonly<Record<string, unknown>>;
  readonly operations: readonly OperationValidation[];
}

export interface OperationValidation {
  /** Its id. */
  readonly operation: string;
  /** As in the model: with the base path left out. */
  readonly path: PathTemplate;
  readonly parameters: readonly ParameterRule[];
  /** What a request's body may be; undefined where it is not looked at. */
  readonly body?: BodyRule | undefined;
  /** What answers may be; undefined where they are not looked at. */
  readonly responses?: readonly ResponseRule[] | undefined;
}

export interface ParameterRule {
  readonly in: "path" | "query" | "header" | "cookie";
  /** A header's in small letters. */
  readonly name: string;
  readonly isRequired: boolean;
  /** Whether its name alone is right, too, in a query. */
  readonly mayBeEmpty?: boolean | undefined;
  readonly form: ParameterForm;
  /** Of its value. */
  readonly schema: string;
}

/** How a value is written as text: by a style (OpenAPI 3.1, section 4.8.12.3), or as JSON. */
export type ParameterForm =
  | {
      readonly kind: "style";
      readonly style: Style;
      readonly explode: boolean;
      readonly reading: Reading;
      /** What else an operation asks for in a query, where all the rest is this object. */
      readonly others?: readonly string[] | undefined;
    }
  | { readonly kind: "json" };

export const styles = ["simple", "label", "matrix", "form", "spaceDelimited", "pipeDelimited", "tabDelimited", "deepObject"] as const;
export type Style = (typeof styles)[number];

/** What a text may stand for: a value of a type, a list, an object. */
export interface Reading {
  /** Beside text, which anything may be. */
  readonly types: readonly Scalar[];
  /** Undefined where it is no list. */
  readonly items?: Reading | undefined;
  /** Undefined where it is no object. */
  readonly members?: Readonly<Record<string, Reading>> | undefined;
  /** What its other members stand for; undefined where it has none. */
  readonly rest?: Reading | undefined;
}

export const scalars = ["string", "number", "boolean", "null"] as const;
export type Scalar = (typeof scalars)[number];

export interface BodyRule {
  readonly isRequired: boolean;
  readonly contents: readonly ContentRule[];
}

/** What an answer with a status has to be. */
export interface ResponseRule {
  /** `200`, `2XX` for a hundred of them, or `default` for those that no other names. */
  readonly status: string;
  readonly headers: readonly ParameterRule[];
  /** None where the document says nothing of a body: then any passes. */
  readonly contents: readonly ContentRule[];
}

/** What a body of a media type has to be. */
export interface ContentRule {
  /** A media type or range in small letters, without parameters. */
  readonly range: string;
  /** Undefined where anything is right. */
  readonly schema?: string | undefined;
  /** What it stands for where it is a form. */
  readonly reading?: Reading | undefined;
  /** The fields of a form whose `encoding` says how they are written. */
  readonly fields: Readonly<Record<string, FieldRule>>;
}

export interface FieldRule {
  /** Media types and ranges, as those of contents. */
  readonly mediaTypes?: readonly string[] | undefined;
  readonly style?: { readonly style: Style; readonly explode: boolean } | undefined;
}
