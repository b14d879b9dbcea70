import { Server, ServerCredentials } from "@grpc/grpc-js";
import protobuf from "protobufjs";
import { z } from "zod";
import type { Scope } from "./scope.ts";

/** What a collector is told (OpenTelemetry protocol: trace.v1), as far as this one looks. */
const { root } = protobuf.parse(`
  syntax = "proto3";
  message ExportTraceServiceRequest { repeated ResourceSpans resource_spans = 1; }
  message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
  message Resource { repeated KeyValue attributes = 1; }
  message ScopeSpans { repeated Span spans = 2; }
  message Span {
    bytes trace_id = 1; bytes span_id = 2; bytes parent_span_id = 4; string name = 5; int32 kind = 6; repeated KeyValue attributes = 9;
  }
  message KeyValue { string key = 1; AnyValue value = 2; }
  message AnyValue { string string_value = 1; int64 int_value = 3; }
`);
const told = root.lookupType("ExportTraceServiceRequest");

/** A span, as far as tests look at it; ids in hexadecimal. */
export interface Span {
  readonly name: string;
  readonly trace: string;
  readonly id: string;
  readonly parent: string;
  readonly kind: "server" | "client" | "other";
  readonly attributes: Readonly<Record<string, string>>;
}

const attribute = z.object({ key: z.string(), value: z.object({ stringValue: z.string(), intValue: z.unknown() }).nullish() });
const bytes = z.instanceof(Uint8Array).transform((value) => Buffer.from(value).toString("hex"));
const span = z.object({
  name: z.string(),
  traceId: bytes,
  spanId: bytes,
  parentSpanId: bytes,
  kind: z.number(),
  attributes: z.array(attribute),
});
const request = z.object({ resourceSpans: z.array(z.object({ scopeSpans: z.array(z.object({ spans: z.array(span) })) })) });

const kinds: Readonly<Record<number, Span["kind"]>> = { 2: "server", 3: "client" };

const spansOf = (message: Buffer): readonly Span[] =>
  request.parse(told.toObject(told.decode(message), { defaults: true, arrays: true })).resourceSpans.flatMap(({ scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map(({ name, traceId, spanId, parentSpanId, kind, attributes }) => ({
        name,
        trace: traceId,
        id: spanId,
        parent: parentSpanId,
        kind: kinds[kind] ?? "other",
        attributes: Object.fromEntries(attributes.map(({ key, value }) => [key, value?.stringValue || String(value?.intValue ?? "")])),
      })),
    ),
  );

/** Somebody who takes traces (OTLP over gRPC): the spans so far, and his port. */
export async function startTraceCollector(scope: Scope): Promise<{ readonly port: number; readonly spans: readonly Span[] }> {
  const spans: Span[] = [];
  const asBytes = (bytes: Buffer): Buffer => bytes;
  const server = new Server();
  server.addService(
    {
      export: {
        ...{ path: "/opentelemetry.proto.collector.trace.v1.TraceService/Export", requestStream: false, responseStream: false },
        ...{ requestDeserialize: asBytes, requestSerialize: asBytes, responseDeserialize: asBytes, responseSerialize: asBytes },
      },
    },
    {
      export: (call: { readonly request: Buffer }, done: (failure: null, bytes: Buffer) => void) => {
        spans.push(...spansOf(call.request));
        done(null, Buffer.alloc(0));
      },
    },
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (failure, bound) => (failure ? reject(failure) : resolve(bound)));
  });
  scope.after(async () => server.forceShutdown());
  return { port, spans };
}
