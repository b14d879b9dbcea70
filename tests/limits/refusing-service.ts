import { Server, ServerCredentials } from "@grpc/grpc-js";
import type { ServiceAddress } from "../../src/compile/engine.ts";
import type { Scope } from "../../testing/scope.ts";

/** RateLimitResponse (envoy.service.ratelimit.v3) with `overall_code: OVER_LIMIT`. */
const overLimit = Buffer.from([0x08, 0x02]);

/** A service for which everything is too much: with it is seen whether a filter asks. What the real one counts is tested in tests/e2e. */
export async function refusingService(scope: Scope): Promise<ServiceAddress> {
  const server = new Server();
  const bytes = (value: Buffer): Buffer => value;
  server.addService(
    {
      ShouldRateLimit: {
        path: "/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit",
        requestStream: false,
        responseStream: false,
        requestSerialize: bytes,
        requestDeserialize: bytes,
        responseSerialize: bytes,
        responseDeserialize: bytes,
      },
    },
    { ShouldRateLimit: (_: unknown, answer: (failure: null, value: Buffer) => void) => answer(null, overLimit) },
  );
  const host = "127.0.0.1";
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync(`${host}:0`, ServerCredentials.createInsecure(), (failure, bound) => (failure ? reject(failure) : resolve(bound))),
  );
  scope.after(async () => server.forceShutdown());
  return { host, port };
}
