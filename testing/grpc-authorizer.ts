import { Server, ServerCredentials } from "@grpc/grpc-js";
import protobuf from "protobufjs";
import type { Scope } from "./scope.ts";

/** The authorisation service as its authors write it down (envoy: service.auth.v3), as far as this one looks. */
const { root } = protobuf.parse(`
  syntax = "proto3";
  message CheckRequest { Attributes attributes = 1; }
  message Attributes { Peer source = 1; Request request = 4; }
  message Peer { Address address = 1; }
  message Address { SocketAddress socket_address = 1; }
  message SocketAddress { string address = 2; }
  message Request { Http http = 2; }
  message Http { string method = 2; map<string, string> headers = 3; string path = 4; }
  message CheckResponse { Status status = 1; Denied denied_response = 2; }
  message Status { int32 code = 1; }
  message Denied { HttpStatus status = 1; }
  message HttpStatus { int32 code = 1; }
`);
const [question, answer] = [root.lookupType("CheckRequest"), root.lookupType("CheckResponse")];
const path = "/envoy.service.auth.v3.Authorization/Check";

/** An authoriser that speaks gRPC: what it was asked, about clients of which addresses, and its port. It lets in who says `good`, knows who says `known`, and hangs for `slow`. */
export async function grpcAuthorizer(scope: Scope) {
  const asked: unknown[] = [];
  const clients: unknown[] = [];
  const asBytes = (bytes: Buffer): Buffer => bytes;
  const method = {
    ...{ path, requestStream: false, responseStream: false },
    ...{ requestDeserialize: asBytes, requestSerialize: asBytes, responseDeserialize: asBytes, responseSerialize: asBytes },
  };
  const answers: Readonly<Record<string, object>> = {
    good: { status: { code: 0 } },
    known: { status: { code: 7 } },
    unknown: { status: { code: 16 }, deniedResponse: { status: { code: 401 } } },
    broken: { status: { code: 13 }, deniedResponse: { status: { code: 500 } } },
  };
  const server = new Server();
  server.addService(
    { check: method },
    {
      check: (call: { readonly request: Buffer }, done: (failure: null, bytes: Buffer) => void) => {
        const { attributes } = question.toObject(question.decode(call.request));
        asked.push(attributes.request.http);
        clients.push(attributes.source?.address?.socketAddress?.address);
        if (attributes.request.http.headers.authorization === "garbled") return done(null, Buffer.from([0xff]));
        const made = answers[attributes.request.http.headers.authorization];
        if (made !== undefined) done(null, Buffer.from(answer.encode(answer.fromObject(made)).finish()));
      },
    },
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (failure, bound) => (failure ? reject(failure) : resolve(bound)));
  });
  scope.after(async () => server.forceShutdown());
  return { url: `http://127.0.0.1:${port}`, asked, clients };
}
