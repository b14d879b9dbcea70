import { noValues } from "../model/values.ts";
import type { Environment } from "./engine.ts";

/** A container's: everybody may call, and the system's certification authorities are where Debian has them. */
export const containerEnvironment: Environment = {
  listener: { host: "0.0.0.0", port: 8080, tls: undefined },
  monitoring: { host: "0.0.0.0", port: 8081 },
  trustedHops: 0,
  mockSocket: undefined,
  trustedRoots: "/etc/ssl/certs/ca-certificates.crt",
  values: noValues,
  debug: false,
};
