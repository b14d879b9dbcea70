import { dump } from "js-yaml";
import type { GatewayFiles } from "../../compile/engine.ts";
import { type CompiledApi, contract } from "../../compile/manifest.ts";
import type { ApiModel, Operation } from "../../model/api.ts";
import { type Checked, checked, error, failed, wholeFile } from "../../problem.ts";
import { parseOne } from "../../text/parse.ts";
import { type ProjectApi, type ProjectOperation, projectGateway } from "./schema.ts";

/** Where a project keeps what it is made of. */
const gatewayPath = "gateway.yaml";
const policiesPath = "policies.yaml";
const definitionPath = (api: string): string => `definition/${api}.json`;

/**
 * A gateway's project: all that the toolkit needs to make the image part, and nothing of an environment. `gateway.yaml` has the models
 * without addresses, `definition/` the published documents, `policies.yaml` the limits.
 */
export function projectFiles(apis: readonly CompiledApi[], engine: string): GatewayFiles {
  const gateway = { contract, engine, apis: apis.map(({ model }) => withoutEnvironment(model)) };
  return new Map([
    // Undefined members are left out, as JSON does.
    [gatewayPath, dump(JSON.parse(JSON.stringify(gateway)), { lineWidth: -1, noRefs: true })],
    [policiesPath, dump({ limits: [] })],
    ...apis.map(({ model, published }) => [definitionPath(model.name), `${published}\n`] as const),
  ]);
}

const withoutEnvironment = ({ backends, verifiers: _, operations, ...api }: ApiModel) => ({
  ...api,
  backends: backends.map(({ name }) => name),
  operations: operations.map(({ where: __, ...operation }) => operation),
});

/** The APIs of a project, without addresses. `read` gives a file's text, or undefined where there is none. Fails with BadProject. */
export function readProject(read: (path: string) => string | undefined): Checked<readonly CompiledApi[]> {
  const text = read(gatewayPath);
  if (text === undefined) return bad(gatewayPath, "The project has no gateway.yaml. `portico build --project` writes one.");
  const file = parseOne(gatewayPath, text);
  if (!file.ok) return file;
  const gateway = projectGateway.safeParse(file.value.value);
  if (!gateway.success) {
    const at = gateway.error.issues[0]?.path.join(".") ?? "";
    return bad(
      gatewayPath,
      `The file is not what this version of Portico writes (at \`${at}\`). Write the project anew with \`portico build --project\`.`,
    );
  }
  const apis: CompiledApi[] = [];
  for (const api of gateway.data.apis) {
    const published = read(definitionPath(api.name));
    if (published === undefined)
      return bad(definitionPath(api.name), "The published document is missing. Write the project anew with `portico build --project`.");
    apis.push({ model: modelOf(api), published: published.replace(/\n$/, "") });
  }
  return checked(apis, []);
}

const bad = (path: string, message: string) => failed(error("BadProject", wholeFile(path), message));

const modelOf = ({ backends, securities, operations, owner, errors, ...api }: ProjectApi): ApiModel => ({
  ...api,
  owner,
  errors,
  verifiers: [],
  securities: securities.map((security) => ({
    ...security,
    token: security.token,
    asked: security.asked,
    certificate: security.certificate,
    identity: security.identity.map((one) => ({ ...one, claim: one.claim })),
  })),
  backends: backends.map((name) => ({ name, targets: [], path: "", connectTimeoutMs: 0 })),
  operations: operations.map(operationOf),
});

const operationOf = ({ access, addresses, answer, cors, ...operation }: ProjectOperation): Operation => ({
  ...operation,
  cors,
  addresses,
  access:
    access.kind === "open"
      ? access
      : { ...access, schemes: access.schemes.map((scheme) => ({ ...scheme, challenge: scheme.challenge, realm: scheme.realm })) },
  answer: answer.kind === "backend" ? answer : { ...answer, reply: { ...answer.reply, mediaType: answer.reply.mediaType } },
  where: { source: gatewayPath, pointer: "" },
});
