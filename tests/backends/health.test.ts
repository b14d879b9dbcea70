import assert from "node:assert/strict";
import { createServer } from "node:http2";
import { describe, it } from "node:test";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import type { Scope } from "../../testing/scope.ts";
import { until } from "../../testing/until.ts";
import { gatewayTo } from "./served.ts";

/** A backend that speaks HTTP/2 alone, and the paths that it was asked for. */
async function http2Backend(scope: Scope, isWell: () => boolean) {
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(request.headers[":path"]);
    response.writeHead(request.headers[":path"] === "/health" && !isWell() ? 500 : 200).end();
  });
  server.on("session", (session) => scope.after(async () => session.destroy()));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  scope.after(async () => void server.close());
  const address = server.address();
  return { asked, url: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}` };
}

/** The status of a service as `grpc.health.v1.HealthCheckResponse` has it: 1 is SERVING, 2 is NOT_SERVING. */
const statusBytes = (status: 1 | 2): Buffer => Buffer.from([0x08, status]);

/** A gRPC server that answers for its health alone. */
async function grpcServer(scope: Scope, status: () => 1 | 2): Promise<string> {
  const asBytes = (bytes: Buffer): Buffer => bytes;
  const method = {
    ...{ path: "/grpc.health.v1.Health/Check", requestStream: false, responseStream: false },
    ...{ requestDeserialize: asBytes, requestSerialize: asBytes, responseDeserialize: asBytes, responseSerialize: asBytes },
  };
  const server = new Server();
  server.addService(
    { check: method },
    { check: (_: unknown, done: (failure: null, bytes: Buffer) => void) => done(null, statusBytes(status())) },
  );
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (failure, bound) => (failure ? reject(failure) : resolve(bound))),
  );
  scope.after(async () => server.forceShutdown());
  return `http://127.0.0.1:${port}`;
}

const often = { interval: "50ms", timeout: "1s", healthyThreshold: 1, unhealthyThreshold: 1 };

describe("the health of a backend that speaks HTTP/2", () => {
  it("is asked for in HTTP/2", async (t) => {
    let isWell = true;
    const { url, asked } = await http2Backend(t, () => isWell);
    for (const protocol of ["h2c", "grpc"]) {
      isWell = true;
      const gateway = await gatewayTo(t, { pets: { url, protocol, healthCheck: { active: { path: "/health", ...often } } } });
      assert.equal((await gateway.get("/pets")).status, 200, protocol);
      assert.ok(asked.includes("/health"));
      isWell = false;
      await until("nothing is sent there", async () => (await gateway.get("/pets")).status === 503);
    }
  });

  it("is asked for by gRPC's own protocol where no path is said", async (t) => {
    let status: 1 | 2 = 1;
    const url = await grpcServer(t, () => status);
    const gateway = await gatewayTo(t, { pets: { url, protocol: "grpc", healthCheck: { active: often } } });
    const answer = (): Promise<number> => gateway.get("/pets").then((one) => one.status);
    assert.notEqual(await answer(), 503);
    status = 2;
    await until("nothing is sent there", async () => (await answer()) === 503);
    status = 1;
    await until("it is well", async () => (await answer()) !== 503);
  });
});
