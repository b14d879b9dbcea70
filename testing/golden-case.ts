import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { Environment, GatewayFiles, ServiceAddress, TlsFiles, TraceCollector } from "../src/compile/engine.ts";
import { envoy } from "../src/compile/envoy/engine.ts";
import type { AddressLists } from "../src/model/addresses.ts";
import { noValues, type Values } from "../src/model/values.ts";
import { surveyDocument } from "../src/openapi/read.ts";
import { type Checked, showPlace } from "../src/problem.ts";
import { type ResolvedApi, resolveGateway } from "../src/resolve/gateway.ts";
import { entriesOfObject } from "../src/source/values.ts";
import { root } from "../src/text/node.ts";
import { parseAll } from "../src/text/parse.ts";

const goldensFolder = join(dirname(fileURLToPath(import.meta.url)), "../goldens");

const request = z.strictObject({
  /** `GET /v1/pets/7`. */
  send: z.string(),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.string().optional(),
  expect: z.strictObject({
    status: z.int(),
    /** Headers that the answer has; null for one that it must not have. */
    headers: z.record(z.string(), z.string().nullable()).default({}),
    /** Text that the answer's body contains. */
    body: z.string().optional(),
    /** What the backend received: the path, and headers as above. */
    backend: z.strictObject({ path: z.string(), headers: z.record(z.string(), z.string().nullable()).default({}) }).optional(),
  }),
});

/** What is sent to the gateway of a case, and how it is compiled. */
const requestsFile = z.strictObject({
  mock: z.boolean().default(false),
  credentials: z.enum(["fail", "refuse", "unprotected"]).default("refuse"),
  debug: z.boolean().default(false),
  trustedHops: z.int().default(0),
  /** Whether a service counts across gateways. It never answers: no test of one case is to depend on another's counters. */
  countsGlobally: z.boolean().optional(),
  /** At least one request that is let in, and one that is refused. */
  requests: z.array(request).default([]),
});

export type GoldenRequest = z.infer<typeof request>;

export interface GoldenCase {
  /** `cors/named-origins`. */
  readonly name: string;
  readonly folder: string;
  /** The documents and resources, one text. */
  readonly input: string;
  readonly settings: z.infer<typeof requestsFile>;
}

/** All cases: the folders under goldens/ that have an in.yaml. */
export function goldenCases(): readonly GoldenCase[] {
  return readdirSync(goldensFolder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith("in.yaml"))
    .toSorted()
    .map((path) => {
      const folder = join(goldensFolder, dirname(path));
      const requests = join(folder, "requests.yaml");
      const parsed = existsSync(requests) ? parseAll(requests, readFileSync(requests, "utf8")) : undefined;
      const settings = requestsFile.parse(parsed?.ok === true ? parsed.value[0]?.value : {});
      return { name: relative(goldensFolder, folder), folder, input: readFileSync(join(folder, "in.yaml"), "utf8"), settings };
    });
}

/** The files of functions that a case's text may have, by their paths: `{kind: Code, files: {auth.ts: "..."}}`. */
const codeObject = z.strictObject({ kind: z.literal("Code"), files: z.record(z.string(), z.string()) });

/** The models that a case's text makes: its first YAML document is OpenAPI's, the others are resources. */
export function resolveCase({ input, settings }: Pick<GoldenCase, "input" | "settings">): Checked<readonly ResolvedApi[]> {
  const files = parseAll("in.yaml", input);
  if (!files.ok) return files;
  const documents = files.value.filter(({ value }) => typeof value === "object" && value !== null && !("kind" in value));
  const texts = files.value.flatMap(({ value }) => Object.entries(codeObject.safeParse(value).data?.files ?? {}));
  const code = new Map(texts.map(([path, text]) => [path, { text, exports: undefined }] as const));
  const resources = files.value.filter((file) => !documents.includes(file) && !codeObject.safeParse(file.value).success);
  const surveys = documents.map((file) => surveyDocument({ root: file, files: new Map(), code }));
  return resolveGateway(
    {
      documents: surveys.flatMap(({ document }) => document ?? []),
      resources,
      problems: surveys.flatMap(({ problems }) => problems),
    },
    settings,
  );
}

/** The Secrets and ConfigMaps of a case's text. */
export function caseValues({ input }: Pick<GoldenCase, "input">): Values {
  const files = parseAll("in.yaml", input);
  return new Map(files.ok ? files.value.flatMap((file) => entriesOfObject(root(file))) : []);
}

const environment = ({ debug, trustedHops, countsGlobally }: GoldenCase["settings"]): Omit<Environment, "trustedRoots"> => ({
  listener: { host: "127.0.0.1", port: 8080, tls: undefined },
  monitoring: { host: "127.0.0.1", port: 8081 },
  trustedHops,
  mockSocket: "run/mocks.sock",
  limitsService: countsGlobally ? { host: "127.0.0.1", port: 9 } : undefined,
  values: noValues,
  debug,
});

/** What a case that is to run has of its own. */
interface Surroundings {
  readonly port: number;
  readonly monitoring: number;
  /** The authorities that backends are trusted by, as a file; the system's unless said. */
  readonly trustedRoots?: string;
  /** What credentials are checked with. */
  readonly values?: Values;
  /** The certificate that clients see; none unless said. */
  readonly tls?: TlsFiles;
  /** In place of what the settings say. */
  readonly trustedHops?: number;
  readonly addresses?: AddressLists | undefined;
  readonly limitsService?: ServiceAddress;
  readonly traces?: TraceCollector;
}

/** The gateway files of a case, with surroundings of one's own where it is to run. */
export function compileCase(
  apis: readonly ResolvedApi[],
  settings: GoldenCase["settings"],
  {
    port,
    monitoring,
    trustedRoots = "/etc/ssl/certs/ca-certificates.crt",
    values = noValues,
    tls,
    trustedHops,
    addresses,
    limitsService,
    traces,
  }: Surroundings,
): GatewayFiles {
  const standard = environment(settings);
  return envoy.compile(
    apis.map(({ model }) => model),
    {
      ...standard,
      trustedRoots,
      trustedHops: trustedHops ?? standard.trustedHops,
      addresses,
      limitsService: limitsService ?? standard.limitsService,
      traces,
      values,
      listener: { ...standard.listener, port, tls: tls ?? standard.listener.tls },
      monitoring: { ...standard.monitoring, port: monitoring },
    },
  );
}

/** The files of a case as they are checked in: what does not differ from case to case stands in `environment` alone. */
export function goldenFiles(golden: GoldenCase): ReadonlyMap<string, string> {
  const apis = resolveCase(golden);
  const told = apis.problems.map(
    (problem) => `${showPlace(problem.where)} ${problem.where.pointer}\n  ${problem.severity} ${problem.reason}: ${problem.message}\n`,
  );
  const problems = told.length === 0 ? [] : [["problems.txt", told.join("")] as const];
  if (!apis.ok) return new Map(problems);
  const everything = golden.name.startsWith("environment/");
  const files = [...compileCase(apis.value, golden.settings, { port: 8080, monitoring: 8081, values: caseValues(golden) })].filter(
    ([path]) =>
      everything ||
      /routes|kept|clusters|validators|interceptors/.test(path) ||
      (/tokens|keys/.test(path) && apis.value.some(({ model }) => model.verifiers.length > 0)),
  );
  return new Map([
    ...problems,
    ["model.json", pretty(apis.value.map(({ model }) => model))],
    ...files.map(([path, text]) => [`out/${path}`, path.endsWith(".json") ? pretty(JSON.parse(text)) : text] as const),
  ]);
}

const pretty = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
