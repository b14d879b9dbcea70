import type { AddressLists } from "./addresses.ts";
import type { Backend, Retry } from "./backend.ts";
import type { Cors } from "./cors.ts";
import type { ErrorForm } from "./error-form.ts";
import type { HeaderChanges } from "./headers.ts";
import type { ApiInterception, Interception } from "./interception.ts";
import type { Limit } from "./limit.ts";
import type { MockReply } from "./mock.ts";
import type { PageFile } from "./page.ts";
import type { Patch } from "./patch.ts";
import type { PathTemplate, QueryCondition, Segment } from "./path.ts";
import type { Alternative, CredentialSet, Security, Verifier } from "./security.ts";
import type { ApiValidation } from "./validation.ts";

/** One API with everything a gateway needs to know of it: no references, no extensions, nothing of OpenAPI. Never changes. */
export interface ApiModel {
  /** A DNS label: the image's and the workloads' name. */
  readonly name: string;
  readonly title: string;
  readonly version: string;
  /** Who answers for it: a note for people. */
  readonly owner: string | undefined;
  /** Host names it answers under, in small letters, perhaps with `*.` before them; none means every one. */
  readonly hosts: readonly string[];
  /** What stands before every template: "" or "/v1", without a slash at its end. */
  readonly basePath: string;
  /** Left out for RFC 9457's. */
  readonly errors: Exclude<ErrorForm, "problem"> | undefined;
  /** In the order of the document. No two answer the same requests. */
  readonly operations: readonly Operation[];
  /** What messages are held against; left out where none are. */
  readonly validation: ApiValidation | undefined;
  /** The functions that see messages; left out where none do. */
  readonly interception: ApiInterception | undefined;
  /** Whether answers of some of its operations are kept; left out where none are. */
  readonly keepsAnswers: true | undefined;
  /** What its owner changes of what is made of it; left out for nothing. */
  readonly patches: readonly Patch[] | undefined;
  /** Paths all of whose operations are disabled: none is found there, and no template beside one answers for it. Left out where there are none. */
  readonly disabledPaths: readonly Pick<Operation, "path" | "query">[] | undefined;
  readonly backends: readonly Backend[];
  /** Those that operations demand, by their names' order. */
  readonly securities: readonly Security[];
  /** Which of them operations look for together, each set once. */
  readonly credentialSets: readonly CredentialSet[];
  /** How the environment checks them. */
  readonly verifiers: readonly Verifier[];
  /** Those that count for operations, by their ids' order. */
  readonly limits: readonly Limit[];
}

export interface Operation {
  /** operationId, else `METHOD /template`. Unique in the API. */
  readonly id: string;
  /** In capitals. */
  readonly method: string;
  /** The path as the document writes it, base path included: what logs and tables show. */
  readonly template: string;
  /** With the base path left out; literal text is percent-encoded as it is in a request. */
  readonly path: PathTemplate;
  /** All of them must hold; several come from a query in the path's key. */
  readonly query: readonly QueryCondition[];
  /** How alone it may be called; undefined for every way in which the gateway listens. */
  readonly transport: Transport | undefined;
  /** From where it may be called; undefined for everywhere. */
  readonly addresses: AddressLists | undefined;
  readonly access: Access;
  /** The ids of those that count for it. */
  readonly limits: readonly string[];
  readonly answer: Answer;
  readonly cors: Cors | undefined;
  readonly requestHeaders: HeaderChanges;
  readonly responseHeaders: HeaderChanges;
  readonly webSocket: boolean;
  /** Whether messages are streams: nothing waits for their end, and no time of theirs is bounded. */
  readonly isStream: boolean;
  /** The largest body of a request; undefined for none. */
  readonly maxBodyBytes: number | undefined;
  /** Whether answers are compressed for clients that take it. */
  readonly isCompressed: boolean;
  /** Whether messages are held against the document. */
  readonly validation: Validation | undefined;
  /** Which functions see its messages; undefined for none. */
  readonly interception: Interception | undefined;
  /** How answers are kept for who asks next; undefined where none are. */
  readonly cache: Cache | undefined;
  /** What some requests meet on purpose; undefined for nothing. */
  readonly fault: Fault | undefined;
  /** What is answered while it is being worked on; undefined while it is not. */
  readonly maintenance: Maintenance | undefined;
  readonly where: Origin;
}

/** Which messages are held against the document; one of them at least. */
export interface Validation {
  readonly request: MessageValidation | undefined;
  readonly response: MessageValidation | undefined;
}

/** What is wrong with messages is told to those who run the gateway, or refused, too. */
export interface MessageValidation {
  readonly strictness: "report" | "enforce";
  /** A larger body is refused, or not looked at. Undefined where no body is looked at. */
  readonly largestBytes: number | undefined;
}

/** How answers are kept (RFC 9111). */
export interface Cache {
  /** How long one is fresh that does not say so itself; undefined where such a one is not kept. */
  readonly freshSeconds: number | undefined;
  /** The headers, in small letters, that choose another answer as the document has it. */
  readonly headers: readonly string[];
}

export type Transport = "http" | "https";

export interface Share {
  readonly backend: string;
  /** In proportion to the others', from 1. */
  readonly weight: number;
}

/** A backend for requests that somebody tries things out with, and what tells them. */
export interface Sandbox {
  readonly backend: string;
  /** A claim of the token, or a header, and its value. */
  readonly by: "claim" | "header";
  readonly name: string;
  readonly value: string;
}

/** A fault that is made on purpose, for tests of clients. */
export interface Fault {
  readonly delayMs: number | undefined;
  readonly status: number | undefined;
  /** Of a hundred requests, so many meet it. */
  readonly percent: number;
}

export interface Maintenance {
  readonly message: string;
  /** When clients may ask again; undefined where nobody says it. */
  readonly retryAfterSeconds: number | undefined;
}

/** The place in a document that something in the model comes from. Its line is looked up when somebody asks. */
interface Origin {
  readonly source: string;
  readonly pointer: string;
}

/** Who may call an operation. */
export type Access =
  /** Everybody. */
  | { readonly kind: "open" }
  /** It needs a credential, which the person asked not to be checked. */
  | { readonly kind: "unprotected"; readonly schemes: readonly Scheme[] }
  /** Who meets one of the alternatives. The schemes are those that a refusal names. */
  | { readonly kind: "protected"; readonly alternatives: readonly Alternative[]; readonly schemes: readonly Scheme[] }
  /** It needs a credential that nothing here can check: nobody may. */
  | { readonly kind: "refused"; readonly schemes: readonly Scheme[] };

/** A security scheme as a 401 names it (RFC 9110, section 11.6.1). */
export interface Scheme {
  readonly name: string;
  /** The scheme of HTTP that a refusal names (RFC 9110, section 11.6.1): `Bearer`; undefined where nothing says which. */
  readonly challenge: string | undefined;
  /** Undefined for the API's name. */
  readonly realm: string | undefined;
  readonly scopes: readonly string[];
}

/** Where the answer comes from. */
export type Answer =
  | {
      readonly kind: "backend";
      /** By their shares of the requests; one at least. */
      readonly backends: readonly Share[];
      /** 0 is for ever. */
      readonly timeoutMs: number;
      readonly path: BackendPath;
      /** What the backend sees in place of the path and query that came; undefined where it sees these. */
      readonly rewrite: Rewrite | undefined;
      /** Where those requests go that are for it; undefined where there is none. */
      readonly sandbox: Sandbox | undefined;
      /** What gets a copy of some requests, and how many of a hundred; its answers are thrown away. */
      readonly mirror: { readonly backend: string; readonly percent: number } | undefined;
      /** Undefined where nothing is sent again. */
      readonly retry: Retry | undefined;
    }
  | { readonly kind: "mock"; readonly reply: MockReply }
  /** The published document of the API: the hash of its text, and how long that is. */
  | { readonly kind: "document"; readonly hash: string; readonly bytes: number }
  /** A file of the page that the published document is read with. */
  | { readonly kind: "page"; readonly file: PageFile };

/** Whether it is none of the document's own: what is published of it. */
export const isPublished = ({ kind }: Answer): boolean => kind === "document" || kind === "page";

/** What a backend sees in place of what came. */
export interface Rewrite {
  /** Behind the backend's own path; undefined where the path stays. */
  readonly path: RewrittenPath | undefined;
  /** Names of parameters that are taken out of the query. */
  readonly removeQuery: readonly string[];
  /** Parameters that have this value, decoded, and no other. */
  readonly setQuery: readonly QueryValue[];
}

interface QueryValue {
  readonly name: string;
  readonly value: string;
}

/** Percent-encoded text, and what stood for a parameter in a segment of the request's path: `before` and `after` are the segment's text around it, where others may stand too. */
export type RewrittenPath = readonly (string | PathValue)[];

export interface PathValue {
  /** From 0, base path included. */
  readonly segment: number;
  readonly before: Segment;
  readonly after: Segment;
}

/**
 * What path the backend is asked for: the request's as it is, whatever the backend's own path (`same`); else behind the backend's own
 * path, with the API's base path (`keep`) or without it (`strip`).
 */
export type BackendPath = "same" | "keep" | "strip";
