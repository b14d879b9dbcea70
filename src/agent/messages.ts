import protobuf from "protobufjs";
import { z } from "zod";
import type { AskedRequest } from "./finding.ts";
import { structMessages } from "./struct.ts";

/**
 * The messages of Envoy's authorisation service, as far as they are used (envoy: service.auth.v3.Authorization): what is not named here passes unread.
 */
const { root } = protobuf.parse(`
  syntax = "proto3";

  message CheckRequest { Attributes attributes = 1; }
  message Attributes {
    Peer source = 1;
    Request request = 4;
    map<string, string> context_extensions = 10;
  }
  message Peer { Address address = 1; }
  message Address { SocketAddress socket_address = 1; }
  message SocketAddress { string address = 2; }
  message Request { HttpRequest http = 2; }
  message HttpRequest {
    string id = 1;
    string method = 2;
    map<string, string> headers = 3;
    string path = 4;
    string host = 5;
    string scheme = 6;
    string protocol = 10;
    bytes raw_body = 12;
  }

  message CheckResponse {
    Status status = 1;
    Denied denied_response = 2;
    Struct dynamic_metadata = 4;
  }
  message Status { int32 code = 1; }
  message Denied {
    HttpStatus status = 1;
    repeated HeaderValueOption headers = 2;
    string body = 3;
  }
  message HeaderValueOption { HeaderValue header = 1; }
  message HeaderValue {
    string key = 1;
    string value = 2;
  }
  message HttpStatus { int32 code = 1; }
  ${structMessages}
`);
const checkRequest = root.lookupType("CheckRequest");
const checkResponse = root.lookupType("CheckResponse");

/** A message with the fields that it has, and no others. */
const plain = (type: protobuf.Type, bytes: Uint8Array): unknown => type.toObject(type.decode(bytes));

/** Where the service is asked (gRPC over HTTP/2). */
export const checkPath = "/envoy.service.auth.v3.Authorization/Check";

/** A question of the gateway's: a request, and whose credentials its route wants looked for; or what its route wants it held against. */
export type Question =
  | { readonly kind: "credentials"; readonly securities: readonly string[]; readonly request: AskedRequest }
  | { readonly kind: "validation"; readonly asked: AskedValidation };

/** A request that is held against the document of its operation. */
export interface AskedValidation {
  readonly api: string;
  readonly operation: string;
  /** Whether it is refused where it is wrong. */
  readonly isEnforced: boolean;
  readonly requestId: string;
  /** The client's. */
  readonly address: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined where it is not looked at: it is a stream, or too large. */
  readonly body: Uint8Array | undefined;
}

const text = z.string().default("");
const asked = z.object({
  attributes: z.object({
    source: z.object({ address: z.object({ socketAddress: z.object({ address: text }).prefault({}) }).prefault({}) }).prefault({}),
    request: z.object({
      http: z.object({
        ...{ id: text, method: text, path: text, host: text, scheme: text, protocol: text },
        headers: z.record(z.string(), z.string()).default({}),
        rawBody: z.custom<Uint8Array>((value) => value instanceof Uint8Array).optional(),
      }),
    }),
    contextExtensions: z.record(z.string(), z.string()).default({}),
  }),
});

/** A question from its bytes; throws where they are none. The address is the client's, and empty where a gateway of before does not tell it: then it is the connection's. */
export function readQuestion(bytes: Uint8Array, said: string): Question {
  const { source, request, contextExtensions } = asked.parse(plain(checkRequest, bytes)).attributes;
  const address = said === "" ? source.address.socketAddress.address : said;
  const { api, operation } = contextExtensions;
  if (api !== undefined && operation !== undefined) {
    const { rawBody = new Uint8Array(), path, headers } = request.http;
    const body = headers[partialBody] === "true" ? undefined : rawBody;
    const isEnforced = contextExtensions.strictness === "enforce";
    return {
      kind: "validation",
      asked: { api, operation, isEnforced, requestId: headers["x-request-id"] ?? "", address, path, headers, body },
    };
  }
  return {
    kind: "credentials",
    securities: (contextExtensions.securities ?? "").split(",").filter(Boolean),
    request: {
      ...withoutBody(request.http),
      address,
      besideTokens: contextExtensions.besideTokens === "true",
    },
  };
}

/** The header in which Envoy says whether a body is not all of it (envoy: ext_authz, with_request_body). */
const partialBody = "x-envoy-auth-partial-body";

const withoutBody = <T extends { readonly rawBody?: unknown }>({ rawBody: _, ...rest }: T): Omit<T, "rawBody"> => rest;

/** A request as an authoriser is asked about it, as bytes. */
export function writeQuestion({ id, method, path, host, scheme, protocol, address, headers }: AskedRequest): Uint8Array {
  const http = { id, method, path, host, scheme, protocol, headers };
  return checkRequest.encode({ attributes: { source: { address: { socketAddress: { address } } }, request: { http } } }).finish();
}

/** The answer of an authoriser: the status with which it refuses; undefined where it does not. */
export function readAnswer(bytes: Uint8Array): number | undefined {
  const { status, deniedResponse } = answered.parse(plain(checkResponse, bytes));
  return status.code === 0 ? undefined : deniedResponse.status.code;
}

const answered = z.object({
  status: z.object({ code: z.int().default(0) }).prefault({}),
  deniedResponse: z.object({ status: z.object({ code: z.int().default(403) }).prefault({}) }).prefault({}),
});

/** What is known of a request, for the gateway's decision, as bytes. The agent itself refuses nobody. */
export const writeFindings = (findings: Readonly<Record<string, unknown>>): Uint8Array =>
  checkResponse.encode({ status: { code: 0 }, dynamicMetadata: structOf(findings) }).finish();

/** A refusal, as bytes: its status, the type of its body, and that. */
export const writeRefusal = (status: number, type: string, body: string): Uint8Array =>
  checkResponse
    .encode({
      status: { code: permissionDenied },
      deniedResponse: { status: { code: status }, headers: [{ header: { key: "content-type", value: type } }], body },
    })
    .finish();

/** A status of gRPC's. */
const permissionDenied = 7;

const structOf = (value: object): object => ({
  fields: Object.fromEntries(Object.entries(value).map(([name, one]) => [name, protobufValue(one)] as const)),
});

/** A value of JSON as google.protobuf.Value. */
function protobufValue(value: unknown): object {
  switch (typeof value) {
    case "string":
      return { stringValue: value.toWellFormed() };
    case "number":
      return { numberValue: value };
    case "boolean":
      return { boolValue: value };
    case "object":
      if (value === null) return { nullValue: 0 };
      return Array.isArray(value) ? { listValue: { values: value.map(protobufValue) } } : { structValue: structOf(value) };
    default:
      return { nullValue: 0 };
  }
}
