import { basename, relative } from "node:path";
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
  credentials: (operation: Operation) => readonly Shown[] = () => [],
): string {
  const models = apis.map(({ model }) => model);
  const scheme = listener.tls ? "https" : "http";
  const host = listener.host === "0.0.0.0" || listener.host === "::" ? "127.0.0.1" : listener.host;
  const address = `${scheme}://${host.includes(":") ? `[${host}]` : host}:${listener.port}`;
  const curl = ({ api, operation, shown: { headers, query } }: Sample): string => {
    const path = pathOf(api, operation);
    const method = operation.method === "GET" ? "" : ` -X ${operation.method}`;
    const url = `${address}${path}${query === "" ? "" : `${path.includes("?") ? "&" : "?"}${query}`}`;
    const shown = headers.map((header) => ` -H ${shellQuoted(header)}`).join("");
    return `  curl ${listener.tls ? "-k " : ""}${globbing(path)}-i${method}${hostHeader(api)}${shown} ${shellQuoted(url)}`;
  };
  const requests = sampleRequests(models, credentials);
  return [
    operationTable(models, process.stderr.isTTY ? process.stderr.columns : 0),
    "",
    `Serving ${models.map(({ title, version }) => printable(`${title} ${version}`)).join(", ")} at ${address}${models.length === 1 ? (models[0]?.basePath ?? "") : ""}`,
    `Metrics and health at http://${monitoring.host}:${monitoring.port}/metrics, /livez, /readyz`,
    ...(options.unprotected ? ["UNPROTECTED: operations that need a credential are open to everybody on this machine."] : []),
    ...(options.dev ? [`DEV: throw-away credentials are good here. \`${ownCommand(process)} token --scope NAME\` makes tokens.`] : []),
    ...(requests.length === 0 ? [] : ["Try it:", ...requests.map(curl)]),
    "Ctrl-C ends it.",
  ].join("\n");
}

/** How this program is called by the person who called it: it need not be on PATH. */
export function ownCommand({ argv: [, program = ""], execPath, cwd }: Pick<NodeJS.Process, "argv" | "execPath" | "cwd">): string {
  if (/^portico$/.test(basename(program))) return "portico";
  return `${program.endsWith(".ts") ? relative(cwd(), execPath) : "node"} ${relative(cwd(), program)}`;
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
  readonly shown: Shown;
}

/**
 * Requests to try: a GET that everybody may make, and one for each set of credentials that are known here, a GET where there is one, with as few parameters as there
 * is.
 */
function sampleRequests(apis: readonly ApiModel[], credentials: (operation: Operation) => readonly Shown[]): readonly Sample[] {
  const all = apis.flatMap((api) => api.operations.map((operation) => ({ api, operation })));
  const sorted = all.toSorted((a, b) => effort(a.operation) - effort(b.operation));
  const open = sorted.find(
    ({ operation: { method, access } }) => method === "GET" && (access.kind === "open" || access.kind === "unprotected"),
  );
  const byCredentials = new Map<string, Sample>();
  for (const { api, operation } of sorted)
    for (const shown of credentials(operation)) {
      const set = shown.securities.join();
      if (!byCredentials.has(set)) byCredentials.set(set, { api, operation, shown });
    }
  return [...(open === undefined ? [] : [{ ...open, shown: { securities: [], headers: [], query: "" } }]), ...byCredentials.values()];
}

function pathOf(api: ApiModel, operation: Operation): string {
  const path = operation.path.map((segment) => `/${segment.map((part) => (typeof part === "string" ? part : "1")).join("")}`).join("");
  const query = operation.query.map(({ name, value }) => `${encodeURIComponent(name)}=${encodeURIComponent(value ?? "1")}`).join("&");
  return `${api.basePath}${path}${query === "" ? "" : `?${query}`}`;
}

/** How much a request takes that is made by hand. */
const effort = ({ method, path, query }: Operation): number =>
  (method === "GET" ? 0 : 1000) + path.flat().filter((part) => typeof part !== "string").length + query.length;
