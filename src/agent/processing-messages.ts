import protobuf from "protobufjs";
import { z } from "zod";
import { jsonOf, structMessages } from "./struct.ts";

/** The messages of Envoy's external processing, as far as they are used (envoy: service.ext_proc.v3.ExternalProcessor). */
const { root } = protobuf.parse(`
  syntax = "proto3";

  message ProcessingRequest {
    HttpHeaders request_headers = 2;
    HttpHeaders response_headers = 3;
    HttpBody request_body = 4;
    HttpBody response_body = 5;
    Empty request_trailers = 6;
    Empty response_trailers = 7;
    Metadata metadata_context = 8;
    map<string, Struct> attributes = 9;
  }
  message HttpHeaders {
    HeaderMap headers = 1;
    bool end_of_stream = 3;
  }
  message HeaderMap { repeated HeaderValue headers = 1; }
  message HeaderValue {
    string key = 1;
    string value = 2;
    bytes raw_value = 3;
  }
  message HttpBody {
    bytes body = 1;
    bool end_of_stream = 2;
  }
  message Empty { }
  message Metadata { map<string, Struct> filter_metadata = 1; }

  message ProcessingResponse {
    oneof response {
      Going request_headers = 1;
      Going response_headers = 2;
      Going request_body = 3;
      Going response_body = 4;
      Empty request_trailers = 5;
      Empty response_trailers = 6;
      ImmediateResponse immediate_response = 7;
    }
  }
  message Going { Common response = 1; }
  message Common {
    int32 status = 1;
    HeaderMutation header_mutation = 2;
    BodyMutation body_mutation = 3;
  }
  message HeaderMutation {
    repeated HeaderValueOption set_headers = 1;
    repeated string remove_headers = 2;
  }
  message HeaderValueOption {
    HeaderValue header = 1;
    BoolValue append = 2;
  }
  message BoolValue { bool value = 1; }
  message BodyMutation { bytes body = 1; }
  message ImmediateResponse {
    HttpStatus status = 1;
    HeaderMutation headers = 2;
    bytes body = 3;
    string details = 5;
  }
  message HttpStatus { int32 code = 1; }
  ${structMessages}
`);
const processingRequest = root.lookupType("ProcessingRequest");
const processingResponse = root.lookupType("ProcessingResponse");

/** Where the service is asked (gRPC over HTTP/2). */
export const processPath = "/envoy.service.ext_proc.v3.ExternalProcessor/Process";

/** A field of a message: its name in small letters, and its value, of which each character is an octet. */
export type HeaderLine = readonly [name: string, value: string];

/** A part of a request or of its response. */
export type MessagePart = Head | Body | Trailers;

/** What comes before a body. Names of pseudo-headers begin with a colon. */
export interface Head {
  readonly kind: "headers";
  readonly of: "request" | "response";
  /** Whether no body follows. */
  readonly isLast: boolean;
  readonly lines: readonly HeaderLine[];
  /** What else is said of the request (envoy: "Attributes"). */
  readonly attributes: Readonly<Record<string, string>>;
  /** What filters have found, by their names. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

interface Body {
  readonly kind: "body";
  readonly of: "request" | "response";
  readonly isLast: boolean;
  readonly bytes: Uint8Array;
}

/** What comes after a body. */
interface Trailers {
  readonly kind: "trailers";
  readonly of: "request" | "response";
}

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const attribute = z.object({ stringValue: z.string().default("") }).prefault({});
const head = z.object({
  headers: z
    .object({
      headers: z.array(z.object({ key: z.string(), value: z.string().default(""), rawValue: bytes.optional() })).default([]),
    })
    .prefault({}),
  endOfStream: z.boolean().default(false),
});
const body = z.object({ body: bytes.default(new Uint8Array()), endOfStream: z.boolean().default(false) });
const part = z.object({
  requestHeaders: head.optional(),
  responseHeaders: head.optional(),
  requestBody: body.optional(),
  responseBody: body.optional(),
  requestTrailers: z.unknown().optional(),
  responseTrailers: z.unknown().optional(),
  metadataContext: z.object({ filterMetadata: z.record(z.string(), z.unknown()).default({}) }).prefault({}),
  attributes: z
    .object({ "envoy.filters.http.ext_proc": z.object({ fields: z.record(z.string(), attribute).default({}) }) })
    .prefault({ "envoy.filters.http.ext_proc": {} }),
});

/** A part of a message from its bytes; throws where they are none. */
export function readPart(message: Uint8Array): MessagePart {
  const { requestHeaders, responseHeaders, requestBody, responseBody, requestTrailers, responseTrailers, attributes, metadataContext } =
    part.parse(processingRequest.toObject(processingRequest.decode(message)));
  if (requestTrailers !== undefined) return { kind: "trailers", of: "request" };
  if (responseTrailers !== undefined) return { kind: "trailers", of: "response" };
  const content = requestBody ?? responseBody;
  if (content !== undefined)
    return { kind: "body", of: requestBody === undefined ? "response" : "request", isLast: content.endOfStream, bytes: content.body };
  const headers = requestHeaders ?? responseHeaders;
  if (headers === undefined) throw new Error("no part of a message");
  const { fields } = attributes["envoy.filters.http.ext_proc"];
  return {
    kind: "headers",
    of: requestHeaders === undefined ? "response" : "request",
    isLast: headers.endOfStream,
    lines: headers.headers.headers.map(
      ({ key, value, rawValue }) => [key, rawValue === undefined ? value : Buffer.from(rawValue).toString("latin1")] as const,
    ),
    attributes: Object.fromEntries(Object.entries(fields).map(([name, { stringValue }]) => [name, stringValue] as const)),
    metadata: Object.fromEntries(Object.entries(metadataContext.filterMetadata).map(([name, found]) => [name, jsonOf(found)] as const)),
  };
}

/** Fields by their names; what came in several lines is one list (RFC 9110, section 5.2). */
export function fieldsOf(lines: readonly HeaderLine[]): Readonly<Record<string, string>> {
  const fields = new Map<string, string>();
  for (const [name, text] of lines) {
    const before = fields.get(name);
    fields.set(name, before === undefined ? text : `${before}, ${text}`);
  }
  return Object.fromEntries(fields);
}

const written = (message: object): Buffer => Buffer.from(processingResponse.encode(message).finish());

const slots = {
  request: { headers: "requestHeaders", body: "requestBody", trailers: "requestTrailers" },
  response: { headers: "responseHeaders", body: "responseBody", trailers: "responseTrailers" },
} as const;

/** That a part goes on as it is. */
export const writeContinue = ({ of, kind }: Pick<MessagePart, "of" | "kind">): Buffer => written({ [slots[of][kind]]: {} });

/** What becomes of a message. */
export interface MessageChange {
  /** Each name with all its values, in place of those before. */
  readonly set: readonly HeaderLine[];
  readonly remove: readonly string[];
  /** Undefined where it stays. */
  readonly body: Uint8Array | undefined;
}

/** A whole message in place of the one that came (envoy: CommonResponse.ResponseStatus). */
const replaces = 1;

/** That a message goes on with changes, once the given part of it is the last that is waited for. */
export function writeChange({ of, kind }: Pick<MessagePart, "of" | "kind">, { set, remove, body: replaced }: MessageChange): Buffer {
  const isWhole = kind === "headers" && replaced !== undefined;
  const response = {
    ...(isWhole ? { status: replaces } : {}),
    headerMutation: { setHeaders: options(set), removeHeaders: remove },
    ...(replaced === undefined ? {} : { bodyMutation: { body: replaced } }),
  };
  return written({ [slots[of][kind]]: { response } });
}

function options(lines: readonly HeaderLine[]): readonly object[] {
  const seen = new Set<string>();
  return lines.map(([key, value]) => {
    const append = { value: seen.has(key) };
    seen.add(key);
    return { header: { key, rawValue: Buffer.from(value, "latin1") }, append };
  });
}

/** That another answer takes its place: the gateway's own by its details. */
export const writeInstead = (code: number, details: string): Buffer => written({ immediateResponse: { status: { code }, details } });

/** The same with a whole answer. */
export const writeAnswer = (code: number, lines: readonly HeaderLine[], content: Uint8Array, details: string): Buffer =>
  written({ immediateResponse: { status: { code }, headers: { setHeaders: options(lines) }, body: content, details } });
