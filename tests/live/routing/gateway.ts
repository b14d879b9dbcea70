import type { Environment } from "../../../src/compile/engine.ts";
import { envoy } from "../../../src/compile/envoy/engine.ts";
import { noValues } from "../../../src/model/values.ts";
import { readDocument } from "../../../src/openapi/read.ts";
import { resolveGateway } from "../../../src/resolve/gateway.ts";
import { parseOne } from "../../../src/text/parse.ts";
import { must, withEnvoy } from "../../../testing/envoy.ts";
import { freePort } from "../../../testing/free-port.ts";
import { type HttpClient, httpClient } from "../../../testing/http-client.ts";
import type { Scope } from "../../../testing/scope.ts";

/** Free ports of this machine to listen on, and where the mock backend is, if there is one. */
export async function freeEnvironment(mockSocket: string | undefined): Promise<Environment> {
  return {
    listener: { host: "127.0.0.1", port: await freePort(), tls: undefined },
    monitoring: { host: "127.0.0.1", port: await freePort() },
    trustedHops: 0,
    mockSocket,
    trustedRoots: "/etc/ssl/certs/ca-certificates.crt",
    values: noValues,
    debug: false,
  };
}

interface Gateway {
  readonly port: number;
  readonly files: ReadonlyMap<string, string>;
}

/** The files of a gateway for some documents (name of the file -> text), and the port it will listen on. Everybody is let in. */
async function compiled(documents: ReadonlyMap<string, string>, mock: boolean): Promise<Gateway> {
  const read = [...documents].map(([name, text]) => must(readDocument({ root: must(parseOne(name, text)), files: new Map() })));
  const apis = must(resolveGateway({ documents: read, resources: [], problems: [] }, { mock, credentials: "unprotected" }));
  const environment = await freeEnvironment(undefined);
  const files = envoy.compile(
    apis.map(({ model }) => model),
    environment,
  );
  return { port: environment.listener.port, files };
}

/** Serves the documents, every operation mocked, with a real Envoy until the scope ends; `change` may alter the routes first. */
export async function serveMocked(
  scope: Scope,
  documents: ReadonlyMap<string, string>,
  change: (routes: string) => string = (routes) => routes,
): Promise<HttpClient> {
  const { port, files } = await compiled(documents, true);
  await withEnvoy(scope, new Map([...files].map(([path, text]) => [path, path === "image/routes.json" ? change(text) : text] as const)));
  return httpClient(scope, port);
}

/** Serves the documents from the backends that they name. */
export async function serveWithBackends(scope: Scope, documents: ReadonlyMap<string, string>): Promise<HttpClient> {
  const { port, files } = await compiled(documents, false);
  await withEnvoy(scope, files);
  return httpClient(scope, port);
}
