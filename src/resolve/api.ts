import type { z } from "zod";
import type { Resources } from "../api/resource.ts";
import { documentExtension, operationExtension } from "../api/x-portico.ts";
import type { ApiModel, Operation } from "../model/api.ts";
import type { Backend } from "../model/backend.ts";
import { securitiesIn } from "../model/security.ts";
import type { DocumentOperation, DocumentPath, OpenApiDocument } from "../openapi/document.ts";
import { error, type Place, type Problem, warning } from "../problem.ts";
import { locate } from "../text/locate.ts";
import { child, type Node, placeOf } from "../text/node.ts";
import { addressesOf } from "./addresses.ts";
import { nameFrom } from "./api-name.ts";
import type { Destination } from "./backends.ts";
import { cacheOf, keepsAnswers, keptInVain } from "./cache.ts";
import { unheededRetry } from "./care.ts";
import { type Asked, type Resolved, unevenTwins, withoutTwins } from "./clashes.ts";
import { documentCredentials, severalCertificates } from "./credential-kinds.ts";
import { type Requirements, requirementsOf } from "./demands.ts";
import { destinationOf } from "./destination.ts";
import { pathExtensions, readExtension } from "./extension.ts";
import { identityProblems } from "./identity.ts";
import { type Interceptions, makeInterceptions } from "./interceptions.ts";
import { type Limits, makeLimits } from "./limits.ts";
import { missingSecurity } from "./missing-security.ts";
import { isMocked, resolveOperation } from "./operation.ts";
import { patchesOf } from "./patches.ts";
import { parsePathKey } from "./path-key.ts";
import { type AlternativeOfKind, makeProtection, type Protection } from "./protection.ts";
import { publishedOperations, shownBy } from "./published.ts";
import { refusedHeaders } from "./refused-headers.ts";
import { rewriteOf } from "./rewrite.ts";
import { sayOnce } from "./say-once.ts";
import { parseServerUrl } from "./server-url.ts";
import type { ResolveSettings } from "./settings.ts";
import { makeValidations, type Validations } from "./validation/validation.ts";
import type { Level, Whole } from "./whole.ts";

type Fields = z.infer<typeof operationExtension>;

/** An API as far as it can be resolved, and what is wrong with the rest. */
export interface SurveyedApi {
  readonly model: ApiModel;
  /** Whether somebody chose its name; else it is made from the document's title. */
  readonly isNamed: boolean;
  /** The alternatives that demand something of a Security which nobody named. */
  readonly ofKinds: readonly AlternativeOfKind[];
  /** What is asked of who calls each operation, by its id. */
  readonly requirements: ReadonlyMap<string, Requirements>;
  readonly problems: readonly Problem[];
}

/**
 * A document and resources as one API with nothing left to look up; and the Problems, all at once: where one is an error, something is missing
 * in the model. Pure: the same values in, the same model out.
 */
export function resolveApi(document: OpenApiDocument, resources: Resources, settings: ResolveSettings): SurveyedApi {
  const problems: Problem[] = [];
  const version = document.version ?? "0";
  const extension = readExtension("document", documentExtension, document.root, { document, version, problems, settings });
  const { path: basePath } = parseServerUrl(extension?.fields.basePath ?? document.servers[0]?.url ?? "");
  const whole: Whole = {
    document,
    resources,
    settings,
    version,
    basePath,
    level: { scope: "document", extension, schemes: extension?.fields.schemes },
    transport: only(extension?.fields.transports ?? []),
    credentials: documentCredentials(document, extension?.fields, resources, settings.cluster?.faultySecurities),
    problems,
  };
  if (extension !== undefined) problems.push(...severalCertificates(whole.credentials, extension.at("clientCertificate")));
  const protection = makeProtection(whole);
  const limits = makeLimits(whole);
  const validations = makeValidations(document, problems);
  const allowed = [...(settings.cluster?.allowed ?? []), ...(extension?.fields.interceptors?.allow ?? [])];
  const interceptions = makeInterceptions(document, { functions: settings.cluster?.fields?.interceptors, allowed }, problems);
  const policies = { protection, limits, validations, interceptions };
  const found = uniqueIds(document, problems).map((path) => pathOperations(whole, policies, path));
  const resolved = found.flatMap(({ served }) => served);
  const disabledPaths = found.flatMap(({ disabled }) => disabled ?? []);
  const place = placesOf(document);
  const kept = withoutTwins(resolved, place, problems);
  const own = kept.flatMap(({ operation }) => operation ?? []);
  const shown = shownBy(extension?.fields.publish, settings.cluster?.publishes);
  const published = {
    ...whole,
    operations: own,
    addresses: addressesOf(extension?.fields.addresses),
    where: extension?.at("publish") ?? document.root,
  };
  const operations = [...own, ...publishedOperations(document, shown, published, problems)];
  if (own.length === 0 && !problems.some((problem) => problem.severity === "error")) {
    problems.push(error("NoOperations", placeOf(child(document.root, "paths")), "Every operation is disabled. Leave one enabled."));
  }
  problems.push(
    ...protection.saidInVain(),
    ...missingSecurity(document, protection.unchecked, settings, resources),
    ...refusedHeaders(document),
    ...unevenTwins(own, place),
    ...keptInVain(whole.level, own),
  );
  const used = protection.used();
  problems.push(...identityProblems(used.securities, used.verifiers));
  const name = settings.cluster?.apiName ?? extension?.fields.name;
  const backends = usedBackends(kept);
  const patches = patchesOf(extension, settings, { operations: own, backends }, problems);
  const model: ApiModel = {
    name: name ?? nameFrom(document.title ?? document.root.file.name),
    title: document.title ?? document.root.file.name,
    version,
    owner: extension?.fields.owner,
    hosts: [...new Set(extension?.fields.hosts?.map((host) => host.toLowerCase()))],
    basePath,
    errors: extension?.fields.errors === "wso2" ? "wso2" : undefined,
    operations,
    validation: validations.used(new Set(operations.map(({ id }) => id))),
    interception: interceptions.used(operations.map(({ interception }) => interception)),
    keepsAnswers: keepsAnswers(operations),
    disabledPaths: disabledPaths.length === 0 ? undefined : disabledPaths,
    patches,
    backends,
    credentialSets: credentialSets(operations),
    ...used,
    limits: limits.used(),
  };
  const requirements = new Map(kept.map(({ id, requirements: its }) => [id, its] as const));
  return { model, isNamed: name !== undefined, ofKinds: protection.ofKinds(), requirements, problems };
}

/** The one way of several, each named once or more; undefined where there are more. */
const only = <T>(all: readonly T[]): T | undefined => (new Set(all).size === 1 ? all[0] : undefined);

function credentialSets(operations: readonly Operation[]): ApiModel["credentialSets"] {
  const sets = operations.flatMap(({ access }) => (access.kind === "protected" ? [securitiesIn(access.alternatives)] : []));
  return [...new Map(sets.map((set) => [set.join(), set] as const)).values()].toSorted((a, b) => (a.join() < b.join() ? -1 : 1));
}

/** Where an operation is written: its lines are looked for only when somebody asks. */
export function placesOf(document: OpenApiDocument): (operation: Pick<Asked, "where">) => Place {
  const { root, files } = document.files;
  return ({ where }) => locate(where.source === root.name ? root : (files.get(where.source) ?? root), where.pointer);
}

interface NamedPath {
  readonly path: DocumentPath;
  readonly operations: readonly { readonly written: DocumentOperation; readonly id: string }[];
}

/** It stands in headers, logs and metrics. */
const longestId = 1_000;

/** The operations with ids that are theirs alone: one whose operationId was taken before goes by its method and path (a warning). */
function uniqueIds(document: OpenApiDocument, problems: Problem[]): readonly NamedPath[] {
  const taken = new Map<string, Node>();
  const uniqueId = (path: DocumentPath, { id: said, method, node }: DocumentOperation): string => {
    const id = said !== undefined && said.length > longestId ? undefined : said;
    if (id !== said) {
      const message = `An operationId has ${longestId} characters at most: this one's operation goes by \`${method} ${path.key}\`. Give it a shorter one.`;
      sayOnce(problems, warning("WrongValue", placeOf(child(node, "operationId")), message));
    }
    const first = id === undefined ? undefined : taken.get(id);
    const unique = id === undefined || first !== undefined ? `${method} ${path.key}` : id;
    taken.set(unique, node);
    // A path item that several paths refer to says its ids once.
    if (first !== undefined && first.value !== node.value) {
      const message = `\`${id}\` is another operation's operationId, so this one goes by \`${unique}\`. Give it an operationId of its own.`;
      problems.push(warning("DuplicateOperationId", placeOf(child(node, "operationId")), message));
    }
    return unique;
  };
  return document.paths.map((path) => ({ path, operations: path.operations.map((written) => ({ written, id: uniqueId(path, written) })) }));
}

interface WithBackend extends Resolved {
  readonly id: string;
  readonly requirements: Requirements;
  readonly backends: readonly Backend[];
}

/** What operations ask for that is found out one after the other. */
interface Policies {
  readonly protection: Protection;
  readonly limits: Limits;
  readonly validations: Validations;
  readonly interceptions: Interceptions;
}

/** What answers a path; or the path itself, where all its operations are disabled. */
interface ResolvedPath {
  readonly served: readonly WithBackend[];
  readonly disabled: Pick<Operation, "path" | "query"> | undefined;
}

function pathOperations(
  whole: Whole,
  { protection, limits, validations, interceptions }: Policies,
  { path, operations }: NamedPath,
): ResolvedPath {
  const { problems, basePath, settings, document } = whole;
  const key = parsePathKey(path.key);
  if (!key.ok) {
    problems.push(error("BadPath", placeOf(path.where), key.message));
    return { served: [], disabled: undefined };
  }
  if (key.spanning !== undefined) problems.push(warning("BadPath", placeOf(path.where), spanningParameter(key.spanning)));
  const pathBegun = problems.length;
  const pathLevels: readonly Level[] = pathExtensions(path, whole).map((extension) => ({ scope: path.key, extension }));
  const pathIsSound = noErrors(problems, pathBegun);
  const served = operations.flatMap(({ written, id }) => {
    const begun = problems.length;
    const level: Level = {
      scope: `${written.method} ${path.key}`,
      extension: readExtension("operation", operationExtension, written.node, whole),
    };
    const levels = [level, ...pathLevels, whole.level];
    const fields = fieldsOf(levels, settings);
    if (fields.disabled === true) return [];
    if (fields.mock === true) sayMocked(levels, problems);
    const retrying = levels.find(({ extension }) => extension?.fields.retry !== undefined)?.extension;
    for (const unheeded of unheededRetry(retrying?.fields.retry, retrying?.at("retry") ?? written.node)) sayOnce(problems, unheeded);
    const destination = isMocked(fields, settings) ? undefined : destinationOf(whole, levels, path, written);
    const { node, method } = written;
    const asked: Asked = {
      method,
      template: basePath + key.shown,
      path: key.template,
      query: key.query,
      where: { source: node.file.name, pointer: node.pointer },
    };
    const requirements = requirementsOf(whole, levels, written);
    const access = protection.accessOf(requirements);
    const counting = limits.of(levels, access);
    const validation = validations.of({
      id,
      path,
      written,
      template: key.template,
      fields: settings.readsMessages === true ? reading(fields) : fields,
    });
    const interception = interceptions.of({ method: written.method, fields, levels });
    const rewrite = rewriteOf(levels, key.template, basePath, problems);
    const isMock = isMocked(fields, settings);
    const cache = cacheOf(
      { document, path, written, fields, levels, access, alternatives: requirements.alternatives, isMocked: isMock },
      problems,
    );
    const operation = resolveOperation({
      document,
      written,
      id,
      asked,
      fields,
      destination,
      settings,
      access,
      limits: counting,
      rewrite,
      transport: whole.transport,
      validation,
      interception,
      cache,
    });
    return [
      {
        id,
        requirements,
        asked,
        operation,
        isSound: pathIsSound && noErrors(problems, begun),
        backends: backendsOf(destination),
      },
    ];
  });
  const isDisabled = operations.length > 0 && served.length === 0;
  return { served, disabled: isDisabled ? { path: key.template, query: key.query } : undefined };
}

/** The same, with its messages looked at. */
const reading = (fields: Fields): Fields => ({ ...fields, validation: { ...fields.validation, request: "report", response: "report" } });

/** What the levels of an operation say, the inner ones over the outer ones' and those over what its API says of all; but where that has all being worked on, it has this too. */
function fieldsOf(levels: readonly Level[], { cluster }: ResolveSettings): Fields {
  const fields: Fields = Object.assign({}, cluster?.fields, ...levels.toReversed().map(({ extension }) => extension?.fields));
  const { maintenance } = cluster?.fields ?? {};
  return maintenance === undefined || (fields.maintenance !== undefined && fields.maintenance !== false)
    ? fields
    : { ...fields, maintenance };
}

/** Whether no error was said after the first so many Problems. */
const noErrors = (problems: readonly Problem[], begun: number): boolean =>
  problems.slice(begun).every(({ severity }) => severity === "warning");

/**
 * What does nothing for a mocked answer: a WebSocket that is on, at whatever level, and a backend or timeout beside the `mock` itself. One of a
 * level further out is for the operations that are not mocked.
 */
function sayMocked(levels: readonly Level[], problems: Problem[]): void {
  const say = (at: Node, message: string): void => sayOnce(problems, warning("WrongValue", placeOf(at), message));
  const socket = levels.find(({ extension }) => extension?.fields.webSocket !== undefined)?.extension;
  if (socket?.fields.webSocket === true)
    say(socket.at("webSocket"), "A mocked answer is no WebSocket, so the upgrade is refused. Leave out `webSocket`, or `mock`.");
  const mocking = levels.find(({ extension }) => extension?.fields.mock === true)?.extension;
  for (const key of ["backend", "timeout", "rewrite"] as const) {
    if (mocking?.fields[key] !== undefined)
      say(mocking.at(key), `\`${key}\` does nothing here, since the answer is mocked. Leave it out, or \`mock\`.`);
  }
}

const spanningParameter = (written: string): string =>
  `\`${written}\` stands for one segment, as every parameter of OpenAPI does: a value with a slash in it is not matched. Write a path for each number of segments.`;

const backendsOf = (destination: Destination | undefined): readonly Backend[] =>
  destination === undefined
    ? []
    : [...destination.shares, destination.sandbox, destination.mirror].flatMap((one) => (one === undefined ? [] : [one.backend]));

/** The backends that operations are left for, each once, in the order of their first use. */
function usedBackends(kept: readonly WithBackend[]): readonly Backend[] {
  const used = new Map<string, Backend>();
  for (const { operation, backends } of kept)
    for (const backend of backends) if (operation !== undefined && !used.has(backend.name)) used.set(backend.name, backend);
  return [...used.values()];
}
