import protobuf from "protobufjs";
import { z } from "zod";
import type { AskedRequest } from "./finding.ts";

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
  }

  message CheckResponse {
    Status status = 1;
    Denied denied_response = 2;
    Struct dynamic_metadata = 4;
  }
  message Status { int32 code = 1; }
  message Denied { HttpStatus status = 1; }
  message HttpStatus { int32 code = 1; }

  message Struct { map<string, Value> fields = 1; }
  message ListValue { repeated Value values = 1; }
  message Value {
    oneof kind {
      int32 null_value = 1;
      double number_value = 2;
      string string_value = 3;
      bool bool_value = 4;
      Struct struct_value = 5;
      ListValue list_value = 6;
    }
  }
`);
const checkRequest = root.lookupType("CheckRequest");
const checkResponse = root.lookupType("CheckResponse");

/** A message with the fields that it has, and no others. */
const plain = (type: protobuf.Type, bytes: Uint8Array): unknown => type.toObject(type.decode(bytes));

/** Where the service is asked (gRPC over HTTP/2). */
export const checkPath = "/envoy.service.auth.v3.Authorization/Check";

/** A question of the gateway's: a request, and whose credentials its route wants looked for. */
export interface Question {
  readonly securities: readonly string[];
  readonly request: AskedRequest;
}

const text = z.string().default("");
const asked = z.object({
  attributes: z.object({
    source: z.object({ address: z.object({ socketAddress: z.object({ address: text }).prefault({}) }).prefault({}) }).prefault({}),
    request: z.object({
      http: z.object({
        ...{ id: text, method: text, path: text, host: text, scheme: text, protocol: text },
        headers: z.record(z.string(), z.string()).default({}),
      }),
    }),
    contextExtensions: z.record(z.string(), z.string()).default({}),
  }),
});

/** A question from its bytes; throws where they are none. */
export function readQuestion(bytes: Uint8Array): Question {
  const { source, request, contextExtensions } = asked.parse(plain(checkRequest, bytes)).attributes;
  return {
    securities: (contextExtensions.securities ?? "").split(",").filter(Boolean),
    request: { ...request.http, address: source.address.socketAddress.address, besideTokens: contextExtensions.besideTokens === "true" },
  };
}

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
