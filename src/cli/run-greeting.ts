import type { Environment } from "../compile/engine.ts";
import type { ApiModel, Operation } from "../model/api.ts";
import type { PreparedGateway } from "./prepare.ts";
import { printable } from "./printable.ts";
import type { RunOptions } from "./run.ts";
import { operationTable } from "./table.ts";

/** What `portico run` says once it serves: the operations, where they are, and a request to try. */
export function greeting({ apis }: PreparedGateway, { listener, monitoring }: Environment, options: RunOptions): string {
  const models = apis.map(({ model }) => model);
  const scheme = listener.tls ? "https" : "http";
  const host = listener.host === "0.0.0.0" || listener.host === "::" ? "127.0.0.1" : listener.host;
  const address = `${scheme}://${host.includes(":") ? `[${host}]` : host}:${listener.port}`;
  const request = sampleRequest(models);
  return [
    operationTable(models, process.stderr.isTTY ? process.stderr.columns : 0),
    "",
    `Serving ${models.map(({ title, version }) => printable(`${title} ${version}`)).join(", ")} at ${address}${models.length === 1 ? (models[0]?.basePath ?? "") : ""}`,
    `Metrics and health at http://${monitoring.host}:${monitoring.port}/metrics, /livez, /readyz`,
    ...(options.unprotected ? ["UNPROTECTED: operations that need a credential are open to everybody on this machine."] : []),
    ...(request === undefined
      ? []
      : [
          "Try it:",
          `  curl ${listener.tls ? "-k " : ""}${globbing(request.path)}-i${hostHeader(request.api)} ${shellQuoted(address + request.path)}`,
        ]),
    "Ctrl-C ends it.",
  ].join("\n");
}

/** A word that a shell takes as it is: its quotes are closed, escaped and opened again. */
const shellQuoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** curl reads brackets and braces in a URL as patterns unless it is told not to. */
const globbing = (path: string): string => (/[[\]{}]/.test(path) ? "-g " : "");

/** A name that the API answers under: any one below a wildcard will do. */
const hostHeader = ({ hosts: [host] }: ApiModel): string => (host === undefined ? "" : ` -H 'Host: ${host.replace(/^\*/, "any")}'`);

/** The request to try: a GET that everybody may make, with as few parameters as there is. */
function sampleRequest(apis: readonly ApiModel[]): { readonly api: ApiModel; readonly path: string } | undefined {
  const open = apis.flatMap((api) =>
    api.operations.filter(({ method, access }) => method === "GET" && access.kind !== "refused").map((operation) => ({ api, operation })),
  );
  const [first] = open.toSorted((a, b) => parameters(a.operation) - parameters(b.operation));
  if (first === undefined) return undefined;
  const { api, operation } = first;
  const path = operation.path.map((segment) => `/${segment.map((part) => (typeof part === "string" ? part : "1")).join("")}`).join("");
  const query = operation.query.map(({ name, value }) => `${encodeURIComponent(name)}=${encodeURIComponent(value ?? "1")}`).join("&");
  return { api, path: `${api.basePath}${path}${query === "" ? "" : `?${query}`}` };
}

const parameters = ({ path, query }: Operation): number => path.flat().filter((part) => typeof part !== "string").length + query.length;
