import { error, type Problem, warning } from "../../problem.ts";
import { child, elements, isObject, members, type Node, placeOf } from "../../text/node.ts";
import { didYouMean } from "../../text/suggest.ts";
import { advanced } from "./advance.ts";
import { present, Reading } from "./reading.ts";
import { fieldUnlessUndefined, type Level, type Row, type Scope, type Translation } from "./row.ts";

const both: readonly Level[] = ["document", "operation"];

const definitionKeys = ["x-wso2-endpoints", "x-mgw-endpoints"] as const;

/** The keys that say where requests go. */
export const endpointRows: readonly Row[] = [
  {
    key: "x-wso2-production-endpoints",
    older: ["x-mgw-production-endpoints"],
    levels: both,
    takes: "an endpoint, or `#/x-wso2-endpoints/NAME`",
    becomes: "backend",
    note: "The backend sees paths without the API's base path, as it did there (`basePath: strip`). A url may be the bare name of a TargetEndpoint. Several urls balance (each has a share of its own where they differ in path or scheme, or one stands twice); type `failover` is an order.",
    translate: (node, scope) => backendField("backend", node, scope),
  },
  {
    key: "x-wso2-sandbox-endpoints",
    older: ["x-mgw-sandbox-endpoints"],
    levels: both,
    takes: "an endpoint, or `#/x-wso2-endpoints/NAME`",
    becomes: "sandbox",
    note: "Chosen by the token's claim `keytype` (`SANDBOX`). Times and retries are those of production: its own are left out with a warning.",
    translate: (node, scope) => withoutTimes(backendField("sandbox", node, scope)),
  },
  {
    key: "x-wso2-endpoints",
    older: ["x-mgw-endpoints"],
    levels: ["document"],
    takes: "a list of one-key maps, name to endpoint",
    becomes: "nothing by itself",
    note: "The endpoints that other keys name by `#/x-wso2-endpoints/NAME`.",
    translate: (node, scope) => ({ fields: [], problems: definitionProblems(node, scope) }),
  },
];

/** A route has one time limit, and sends again in one way: production's. */
function withoutTimes({ fields, problems }: Translation): Translation {
  const told: Problem[] = [];
  const kept = fields.map((one) => {
    if (!isObject(one.value)) return one;
    const { timeout, retry, ...value } = one.value;
    if (timeout !== undefined || retry !== undefined)
      told.push(
        warning(
          "WrongValue",
          placeOf(one.origin),
          "Times and retries of the sandbox are left out: those of production count. Take them out.",
        ),
      );
    return { ...one, value };
  });
  return { fields: kept, problems: [...problems, ...told] };
}

function backendField(key: string, node: Node, scope: Scope): Translation {
  const named = typeof node.value === "string" ? /^#\/x-(?:wso2|mgw)-endpoints\/(.*)$/.exec(node.value) : null;
  if (named === null) {
    const reading = new Reading();
    return fieldUnlessUndefined(key, backend(node, reading), node, reading.problems);
  }
  const name = named[1] ?? "";
  const known = definitions(scope.document);
  const definition = known.find((one) => one.name === name);
  if (definition !== undefined) {
    // What is wrong with the definition was said once, where it stands.
    return fieldUnlessUndefined(key, backend(definition.node, new Reading()), node, []);
  }
  const meant =
    didYouMean(
      name,
      known.map((one) => one.name),
    ) || " Define it under `x-wso2-endpoints`.";
  return { fields: [], problems: [error("UnknownBackend", placeOf(node), `\`x-wso2-endpoints\` has no endpoint \`${name}\`.${meant}`)] };
}

function definitions(document: Node): readonly { readonly name: string; readonly node: Node }[] {
  return definitionKeys
    .map((key) => child(document, key))
    .flatMap((list) => elements(list).flatMap((entry) => members(entry).map(([name, node]) => ({ name, node }))));
}

function definitionProblems(node: Node, { document }: Scope): readonly Problem[] {
  const reading = new Reading();
  for (const entry of reading.list(node) ?? []) {
    if (!isObject(entry.value)) {
      reading.problems.push(
        error("WrongType", placeOf(entry), "An element takes a mapping of one name to an endpoint. Write `NAME: {urls: [...]}`."),
      );
    }
  }
  for (const definition of definitions(document))
    if (definition.node.pointer.startsWith(`${node.pointer}/`)) backend(definition.node, reading);
  return reading.problems;
}

/** An endpoint as `x-portico` writes a backend. */
function backend(node: Node, reading: Reading): unknown {
  if (typeof node.value === "string") return { ...target(node.value), basePath: "strip" };
  const parts = reading.mapping(node, ["urls", "type", "securityConfig", "advanceEndpointConfig"]);
  if (parts === undefined) return undefined;
  const urls = reading.texts(parts.urls);
  const type = reading.oneOf(parts.type, ["http", "https", "load_balance", "failover"]);
  const policies = advanced(parts.advanceEndpointConfig, reading);
  refusePassword(parts.securityConfig, urls?.[0], reading);
  if (urls === undefined && parts.urls !== undefined) return undefined;
  if (urls === undefined || urls.length === 0) {
    reading.problems.push(error("MissingField", placeOf(child(node, "urls")), "`urls` is missing or empty. List one url or more."));
    return undefined;
  }
  const failover = type === "failover" && urls.length > 1 ? true : undefined;
  return present({ ...targets(urls, failover), basePath: "strip", failover, ...policies });
}

const isUrl = (text: string): boolean => text.includes("://");

/** One url, or the bare name of a TargetEndpoint. */
const target = (text: string): { readonly url: string } | { readonly name: string } => (isUrl(text) ? { url: text } : { name: text });

/** The urls of one backend differ in host and port alone; of others, and of one that is said twice, each has a share. */
function targets(urls: readonly string[], failover: true | undefined): Readonly<Record<string, unknown>> {
  const [only = "", second] = urls;
  if (second === undefined) return target(only);
  const isOne = new Set(urls).size === urls.length && new Set(urls.map(besideHost)).size === 1;
  return urls.every(isUrl) && (isOne || failover === true) ? { urls } : { split: urls.map(target) };
}

/** Scheme and path of a url. */
function besideHost(url: string): string {
  const [, scheme = "", path = ""] = /^([^:]*:)\/\/[^/?#]*(.*)$/.exec(url) ?? [];
  return `${scheme.toLowerCase()}${path.replace(/\/+$/, "")}`;
}

/** A password in a document ends up in images and repositories: the Problem says where it belongs. */
function refusePassword(node: Node | undefined, url: string | undefined, reading: Reading): void {
  if (node === undefined) return;
  const secret = `${secretName(url ?? "")}-credentials`;
  const where = placeOf(isObject(node.value) && "password" in node.value ? child(node, "password") : node);
  reading.problems.push(
    error(
      "InlinePassword",
      where,
      `A backend's password stands in the document. Put it with the user's name into the Secret \`${secret}\` (type kubernetes.io/basic-auth), take \`securityConfig\` out, and write \`x-portico: {backend: {credentials: {basic: {name: ${secret}}}}}\` or the same in a TargetEndpoint.`,
    ),
  );
}

/** What the Secret of a backend's credentials begins with. */
export function secretName(url: string): string {
  const host = /^(?:[a-z]+:\/\/)?(?:[^@/]*@)?([^:/?#]*)/i.exec(url)?.[1] ?? "";
  const label = host
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 40);
  return label === "" ? "backend" : label;
}
