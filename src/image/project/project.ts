import { dump } from "js-yaml";
import type { z } from "zod";
import type { GatewayFiles } from "../../compile/engine.ts";
import { type CompiledApi, contract } from "../../compile/manifest.ts";
import type { Answer, ApiModel, MessageValidation, Operation } from "../../model/api.ts";
import { plainBackend, type Retry } from "../../model/backend.ts";
import type { ApiInterception } from "../../model/interception.ts";
import { patchBodies } from "../../model/patch.ts";
import { type Checked, checked, error, failed, wholeFile } from "../../problem.ts";
import { parseOne } from "../../text/parse.ts";
import { type ProjectApi, type ProjectLimit, type ProjectOperation, projectGateway, projectPolicies, projectValidation } from "./schema.ts";

/** Where a project keeps what it is made of. */
const gatewayPath = "gateway.yaml";
const policiesPath = "policies.yaml";
const validationPath = (api: string): string => `validation/${api}.json`;
const interceptorPath = (api: string, path: string): string => `interceptors/${api}/${path}`;
const definitionPath = (api: string): string => `definition/${api}.json`;

/**
 * A gateway's project: all that the toolkit needs to make the image part, and nothing of an environment. `gateway.yaml` has the models
 * without addresses, `definition/` the published documents, `policies.yaml` the limits, `validation/` what requests are held against, `interceptors/` the functions that see messages.
 */
export function projectFiles(apis: readonly CompiledApi[], engine: string): GatewayFiles {
  const gateway = { contract, engine, apis: apis.map(({ model }) => withoutEnvironment(model)) };
  return new Map([
    [gatewayPath, yaml(gateway)],
    [policiesPath, yaml({ limits: Object.fromEntries(apis.map(({ model }) => [model.name, model.limits])) })],
    ...apis.map(({ model, published }) => [definitionPath(model.name), `${published}\n`] as const),
    ...apis.flatMap(({ model: { name, validation } }) =>
      validation === undefined ? [] : [[validationPath(name), `${JSON.stringify(validation)}\n`] as const],
    ),
    ...apis.flatMap(({ model: { name, interception } }) =>
      Object.entries(interception?.files ?? {}).map(([path, text]) => [interceptorPath(name, path), text] as const),
    ),
  ]);
}

/** Undefined members are left out, as JSON does. */
const yaml = (value: object): string => dump(JSON.parse(JSON.stringify(value)), { lineWidth: -1, noRefs: true });

const withoutEnvironment = ({
  backends,
  verifiers: _,
  limits: __,
  validation: ___,
  interception,
  operations,
  patches,
  ...api
}: ApiModel) => ({
  ...api,
  patches: patches && patchBodies(patches),
  backends: backends.map(({ name }) => name),
  operations: operations.map(({ where: ____, ...operation }) => operation),
  interception: interception && { ...interception, files: Object.keys(interception.files) },
});

/** The APIs of a project, without addresses. `read` gives a file's text, or undefined where there is none. Fails with BadProject. */
export function readProject(read: (path: string) => string | undefined): Checked<readonly CompiledApi[]> {
  const gateway = readFile(gatewayPath, read, projectGateway);
  if (!gateway.ok) return gateway;
  const policies = readFile(policiesPath, read, projectPolicies);
  if (!policies.ok) return policies;
  const apis: CompiledApi[] = [];
  for (const api of gateway.value.apis) {
    const published = read(definitionPath(api.name));
    if (published === undefined) return bad(definitionPath(api.name), `The published document is missing. ${advice}`);
    const isValidated = api.operations.some(({ validation }) => validation !== undefined);
    const validation = isValidated ? readFile(validationPath(api.name), read, projectValidation) : checked(undefined, []);
    if (!validation.ok) return validation;
    const interception = interceptionOf(api, read);
    if (!interception.ok) return interception;
    apis.push({
      model: {
        ...modelOf(api, policies.value.limits[api.name] ?? []),
        validation: validation.value,
        interception: interception.value,
      },
      published: published.replace(/\n$/, ""),
    });
  }
  return checked(apis, []);
}

function interceptionOf(
  { name, interception }: ProjectApi,
  read: (path: string) => string | undefined,
): Checked<ApiInterception | undefined> {
  if (interception === undefined) return checked(undefined, []);
  const files: Record<string, string> = {};
  for (const path of interception.files) {
    const text = read(interceptorPath(name, path));
    if (text === undefined) return bad(interceptorPath(name, path), `A file of a function is missing. ${advice}`);
    files[path] = text;
  }
  return checked({ ...interception, files }, []);
}

const advice = "Write the project anew with `portico build --project`.";

function readFile<T>(path: string, read: (path: string) => string | undefined, schema: z.ZodType<T>): Checked<T> {
  const text = read(path);
  if (text === undefined) return bad(path, `The project has no ${path}. \`portico build --project\` writes one.`);
  const file = parseOne(path, text);
  if (!file.ok) return file;
  const { success, data, error: wrong } = schema.safeParse(file.value.value);
  if (success) return checked(data, []);
  const at = wrong.issues[0]?.path.join(".") ?? "";
  return bad(path, `The file is not what this version of Portico writes (at \`${at}\`). ${advice}`);
}

const bad = (path: string, message: string) => failed(error("BadProject", wholeFile(path), message));

const modelOf = (
  { backends, securities, operations, disabledPaths, owner, errors, keepsAnswers, patches, interception: _, ...api }: ProjectApi,
  limits: readonly ProjectLimit[],
): Omit<ApiModel, "validation" | "interception"> => ({
  ...api,
  limits,
  owner,
  errors,
  keepsAnswers,
  patches,
  verifiers: [],
  securities: securities.map((security) => ({
    ...security,
    token: security.token,
    asked: security.asked,
    certificate: security.certificate,
    identity: security.identity.map((one) => ({ ...one, claim: one.claim })),
  })),
  backends: backends.map((name) => ({ name, targets: [], path: "", ...plainBackend })),
  operations: operations.map(operationOf),
  disabledPaths,
});

const retryOf = (retry: NonNullable<Extract<ProjectOperation["answer"], { kind: "backend" }>["retry"]>): Retry => ({
  ...retry,
  methods: retry.methods,
  perTryTimeoutMs: retry.perTryTimeoutMs,
  backoffMs: retry.backoffMs,
  maxBackoffMs: retry.maxBackoffMs,
});

function answerOf(answer: ProjectOperation["answer"]): Answer {
  switch (answer.kind) {
    case "backend": {
      const { sandbox, mirror, retry, rewrite } = answer;
      return { ...answer, rewrite: rewrite && { ...rewrite, path: rewrite.path }, sandbox, mirror, retry: retry && retryOf(retry) };
    }
    case "mock":
      return { ...answer, reply: { ...answer.reply, mediaType: answer.reply.mediaType } };
    case "document":
    case "page":
      return answer;
  }
}

const messagesOf = (said: NonNullable<ProjectOperation["validation"]>["request"]): MessageValidation | undefined =>
  said && { ...said, largestBytes: said.largestBytes };

const operationOf = ({
  access,
  addresses,
  answer,
  cache,
  cors,
  fault,
  maintenance,
  maxBodyBytes,
  transport,
  validation,
  interception,
  ...operation
}: ProjectOperation): Operation => ({
  ...operation,
  cors,
  addresses,
  maxBodyBytes,
  transport,
  validation: validation && { request: messagesOf(validation.request), response: messagesOf(validation.response) },
  interception: interception && {
    ...interception,
    request: interception.request,
    response: interception.response,
    largestBytes: interception.largestBytes,
  },
  cache: cache && { ...cache, freshSeconds: cache.freshSeconds },
  fault: fault && { ...fault, delayMs: fault.delayMs, status: fault.status },
  maintenance: maintenance && { ...maintenance, retryAfterSeconds: maintenance.retryAfterSeconds },
  access:
    access.kind === "open"
      ? access
      : { ...access, schemes: access.schemes.map((scheme) => ({ ...scheme, challenge: scheme.challenge, realm: scheme.realm })) },
  answer: answerOf(answer),
  where: { source: gatewayPath, pointer: "" },
});
