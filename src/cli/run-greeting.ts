import type { Environment } from "../compile/engine.ts";
import type { ApiModel, Operation } from "../model/api.ts";
import type { Shown } from "./dev-credentials.ts";
import type { PreparedGateway } from "./prepare.ts";
import { printable } from "./printable.ts";
import type { RunOptions } from "./run.ts";
import { operationTable } from "./table.ts";

/** What `portico run` says once it serves: the operations, where they are, and a request to try. */
export function greeting(
  { apis }: PreparedGateway,
  { listener, monitoring }: Environment,
  options: RunOptions,
  credentials: (operation: Operation) => Shown | undefined = () => undefined,
): string {
  const models = apis.map(({ model }) => model);
  const scheme = listener.tls ? "https" : "http";
  const host = listener.host === "0.0.0.0" || listener.host === "::" ? "127.0.0.1" : listener.host;
  const address = `${scheme}://${host.includes(":") ? `[${host}]` : host}:${listener.port}`;
  const curl = ({ api, operation }: Sample): string => {
    const path = pathOf(api, operation);
    const { headers, query } = credentials(operation) ?? { headers: [], query: "" };
    const url = `${address}${path}${query === "" ? "" : `${path.includes("?") ? "&" : "?"}${query}`}`;
    const shown = headers.map((header) => ` -H ${shellQuoted(header)}`).join("");
    return `  curl ${listener.tls ? "-k " : ""}${globbing(path)}-i${hostHeader(api)}${shown} ${shellQuoted(url)}`;
  };
  const requests = sampleRequests(models, credentials);
  return [
    operationTable(models, process.stderr.isTTY ? process.stderr.columns : 0),
    "",
    `Serving ${models.map(({ title, version }) => printable(`${title} ${version}`)).join(", ")} at ${address}${models.length === 1 ? (models[0]?.basePath ?? "") : ""}`,
    `Metrics and health at http://${monitoring.host}:${monitoring.port}/metrics, /livez, /readyz`,
    ...(options.unprotected ? ["UNPROTECTED: operations that need a credential are open to everybody on this machine."] : []),
    ...(options.dev ? ["DEV: throw-away credentials are good here. `portico token --scope NAME` makes tokens."] : []),
    ...(requests.length === 0 ? [] : ["Try it:", ...requests.map(curl)]),
    "Ctrl-C ends it.",
  ].join("\n");
}

/** A word that a shell takes as it is: its quotes are closed, escaped and opened again. */
const shellQuoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** curl reads brackets and braces in a URL as patterns unless it is told not to. */
const globbing = (path: string): string => (/[[\]{}]/.test(path) ? "-g " : "");

/** A name that the API answers under: any one below a wildcard will do. */
const hostHeader = ({ hosts: [host] }: ApiModel): string => (host === undefined ? "" : ` -H 'Host: ${host.replace(/^\*/, "any")}'`);

interface Sample {
  readonly api: ApiModel;
  readonly operation: Operation;
}

/** Requests to try: a GET that everybody may make, and one for each set of credentials that are known here, with as few parameters as there is. */
function sampleRequests(apis: readonly ApiModel[], credentials: (operation: Operation) => Shown | undefined): readonly Sample[] {
  const gets = apis.flatMap((api) => api.operations.filter(({ method }) => method === "GET").map((operation) => ({ api, operation })));
  const sorted = gets.toSorted((a, b) => parameters(a.operation) - parameters(b.operation));
  const open = sorted.find(({ operation: { access } }) => access.kind === "open" || access.kind === "unprotected");
  const byCredentials = new Map(
    sorted
      .filter(({ operation }) => credentials(operation) !== undefined)
      .toReversed()
      .map((one) => [schemesOf(one.operation), one] as const),
  );
  return [...(open === undefined ? [] : [open]), ...byCredentials.values()];
}

const schemesOf = ({ access }: Operation): string =>
  access.kind === "protected" ? JSON.stringify(access.alternatives[0]?.map(({ security }) => security)) : "";

function pathOf(api: ApiModel, operation: Operation): string {
  const path = operation.path.map((segment) => `/${segment.map((part) => (typeof part === "string" ? part : "1")).join("")}`).join("");
  const query = operation.query.map(({ name, value }) => `${encodeURIComponent(name)}=${encodeURIComponent(value ?? "1")}`).join("&");
  return `${api.basePath}${path}${query === "" ? "" : `?${query}`}`;
}

const parameters = ({ path, query }: Operation): number => path.flat().filter((part) => typeof part !== "string").length + query.length;
