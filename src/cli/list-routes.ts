import type { ApiModel, Operation } from "../model/api.ts";
import { terminalWidth } from "./paint.ts";
import { preparedOrSaid } from "./prepared-or-said.ts";
import type { RoutesOptions } from "./routes.ts";
import { showTarget } from "./show-target.ts";
import { operationTable } from "./table.ts";

/** Writes the operations of documents on stdout; the exit code. */
export async function listRoutes(documents: readonly string[], options: RoutesOptions): Promise<number> {
  const prepared = await preparedOrSaid(documents, options);
  if (prepared === undefined) return 1;
  const apis = prepared.apis.map(({ model }) => model);
  const text = options.json
    ? JSON.stringify(apis.flatMap(routesOf), undefined, 2)
    : operationTable(apis, terminalWidth(process.stdout) ?? 0);
  process.stdout.write(`${text}\n`);
  return 0;
}

/** The operations of an API as `--json` shows them. */
function routesOf(api: ApiModel): readonly object[] {
  return api.operations.map((operation) => ({
    api: api.name,
    hosts: api.hosts,
    method: operation.method,
    path: operation.template,
    operation: operation.id,
    answer: answerOf(api, operation),
    access: {
      kind: operation.access.kind,
      schemes: operation.access.kind === "open" ? [] : operation.access.schemes.map(({ name, scopes }) => ({ name, scopes })),
    },
    source: operation.where.source,
    pointer: operation.where.pointer,
  }));
}

function answerOf({ backends }: ApiModel, { access, answer }: Operation): object {
  if (access.kind === "refused") return { kind: "refusal", status: 401 };
  if (answer.kind === "mock") return { kind: "mock", status: answer.reply.status, mediaType: answer.reply.mediaType };
  if (answer.kind === "document" || answer.kind === "page") return { kind: answer.kind };
  const shares = answer.backends.map(({ backend: name, weight }) => {
    const backend = backends.find((one) => one.name === name);
    return { backend: name, weight, targets: backend?.targets.map((target) => showTarget(target, backend.path)) ?? [] };
  });
  const [only, second] = shares;
  const sent = second === undefined ? { backend: only?.backend, targets: only?.targets } : { split: shares };
  return { kind: "backend", ...sent, timeoutMs: answer.timeoutMs, path: answer.path };
}
