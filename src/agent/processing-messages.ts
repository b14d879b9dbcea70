import protobuf from "protobufjs";
import { z } from "zod";
import { structMessages } from "./struct.ts";

/** The messages of Envoy's external processing, as far as they are used (envoy: service.ext_proc.v3.ExternalProcessor): those about answers. */
const { root } = protobuf.parse(`
  syntax = "proto3";

  message ProcessingRequest {
    HttpHeaders response_headers = 3;
    HttpBody response_body = 5;
    map<string, Struct> attributes = 9;
    bool observability_mode = 10;
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

  message ProcessingResponse {
    oneof response {
      Continue response_headers = 2;
      Continue response_body = 4;
      ImmediateResponse immediate_response = 7;
    }
  }
  message Continue { }
  message ImmediateResponse {
    HttpStatus status = 1;
    string details = 5;
  }
  message HttpStatus { int32 code = 1; }
  ${structMessages}
`);
const processingRequest = root.lookupType("ProcessingRequest");
const processingResponse = root.lookupType("ProcessingResponse");

/** Where the service is asked (gRPC over HTTP/2). */
export const processPath = "/envoy.service.ext_proc.v3.ExternalProcessor/Process";

/** A part of an answer. */
export type AnswerPart =
  | {
      readonly kind: "headers";
      readonly isLast: boolean;
      readonly status: number;
      /** Names in small letters; what came in several lines is one list. */
      readonly headers: Readonly<Record<string, string>>;
      /** Of the request. */
      readonly method: string;
      /** Whether a backend gave it, and not the gateway itself. */
      readonly isBackends: boolean;
    }
  | { readonly kind: "body"; readonly isLast: boolean; readonly bytes: Uint8Array };

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const attribute = z.object({ stringValue: z.string().default("") }).prefault({});
const part = z.object({
  responseHeaders: z
    .object({
      headers: z.object({
        headers: z.array(z.object({ key: z.string(), value: z.string().default(""), rawValue: bytes.optional() })).default([]),
      }),
      endOfStream: z.boolean().default(false),
    })
    .optional(),
  responseBody: z.object({ body: bytes.default(new Uint8Array()), endOfStream: z.boolean().default(false) }).optional(),
  attributes: z
    .object({
      "envoy.filters.http.ext_proc": z.object({
        fields: z.object({ "response.code_details": attribute, "request.method": attribute }),
      }),
    })
    .optional(),
});

/** A part of an answer from its bytes; throws where they are none. */
export function readPart(message: Uint8Array): AnswerPart {
  const { responseHeaders, responseBody, attributes } = part.parse(processingRequest.toObject(processingRequest.decode(message)));
  if (responseBody !== undefined) return { kind: "body", isLast: responseBody.endOfStream, bytes: responseBody.body };
  if (responseHeaders === undefined) throw new Error("no part of an answer");
  const { ":status": status, ...headers } = fieldsOf(responseHeaders.headers.headers);
  const fields = attributes?.["envoy.filters.http.ext_proc"].fields;
  return {
    kind: "headers",
    isLast: responseHeaders.endOfStream,
    status: Number(status),
    headers,
    method: fields?.["request.method"].stringValue ?? "",
    isBackends: fields?.["response.code_details"].stringValue === "via_upstream",
  };
}

interface HeaderLine {
  readonly key: string;
  readonly value: string;
  readonly rawValue?: Uint8Array | undefined;
}

function fieldsOf(lines: readonly HeaderLine[]): Readonly<Record<string, string>> {
  const fields = new Map<string, string>();
  for (const { key, value, rawValue } of lines) {
    const text = rawValue === undefined ? value : Buffer.from(rawValue).toString("latin1");
    const before = fields.get(key);
    fields.set(key, before === undefined ? text : `${before}, ${text}`);
  }
  return Object.fromEntries(fields);
}

const written = (message: object): Buffer => Buffer.from(processingResponse.encode(message).finish());

/** That a part goes on as it is. */
export const writeContinue = (kind: AnswerPart["kind"]): Buffer =>
  written(kind === "headers" ? { responseHeaders: {} } : { responseBody: {} });

/** That another answer takes its place: the gateway's own by its details. */
export const writeInstead = (code: number, details: string): Buffer => written({ immediateResponse: { status: { code }, details } });
