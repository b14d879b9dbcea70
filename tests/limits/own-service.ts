import { Server, ServerCredentials } from "@grpc/grpc-js";
import type { ServiceAddress } from "../../src/compile/engine.ts";
import { freePort } from "../../testing/free-port.ts";
import type { Scope } from "../../testing/scope.ts";

/** RateLimitResponse (envoy.service.ratelimit.v3) with its `overall_code`. */
const codes = { "let through": 1, "too much": 2 } as const;

/** What a service says to every question. */
type Saying = keyof typeof codes | "nothing";

interface OwnService {
  readonly address: ServiceAddress;
  says(saying: Saying): void;
  /** It is gone, with all its connections. */
  die(): void;
  /** It is there again, under the same address. */
  rise(): Promise<void>;
}

/** A service that counts nothing, in place of the one that counts limits for all gateways: that one is tested in tests/e2e. */
export async function ownService(scope: Scope, first: Saying): Promise<OwnService> {
  const address = { host: "127.0.0.1", port: await freePort() };
  let saying = first;
  let server: Server | undefined;
  const bytes = (value: Buffer): Buffer => value;
  const question = {
    path: "/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit",
    ...{ requestStream: false, responseStream: false },
    ...{ requestSerialize: bytes, requestDeserialize: bytes, responseSerialize: bytes, responseDeserialize: bytes },
  };
  const answered = (_: unknown, answer: (failure: null, value: Buffer) => void): void => {
    if (saying !== "nothing") answer(null, Buffer.from([0x08, codes[saying]]));
  };
  const rise = async (): Promise<void> => {
    const next = new Server();
    server = next;
    next.addService({ ShouldRateLimit: question }, { ShouldRateLimit: answered });
    await new Promise<void>((resolve, reject) =>
      next.bindAsync(`${address.host}:${address.port}`, ServerCredentials.createInsecure(), (failure) =>
        failure ? reject(failure) : resolve(),
      ),
    );
  };
  const die = (): void => server?.forceShutdown();
  await rise();
  scope.after(async () => die());
  return {
    address,
    die,
    rise,
    says: (next) => {
      saying = next;
    },
  };
}
