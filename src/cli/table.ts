import type { ApiModel, Operation } from "../model/api.ts";
import type { Backend } from "../model/backend.ts";
import { showAlternatives } from "../model/security.ts";
import { layOut } from "./lay-out.ts";
import { printable } from "./printable.ts";
import { showTarget } from "./show-target.ts";

/**
 * The operations of a gateway as a table for people: METHOD, PATH, OPERATION, ANSWER, ACCESS, and HOST where an API has host names.
 * Cells are cut so that rows fit `width` columns; 0 is as wide as they are. No line end at its end.
 */
export function operationTable(apis: readonly ApiModel[], width: number): string {
  const withHosts = apis.some(({ hosts }) => hosts.length > 0);
  const heads = [...(withHosts ? ["HOST"] : []), "METHOD", "PATH", "OPERATION", "ANSWER", "ACCESS"];
  const rows = apis.flatMap((api) => {
    const backends = new Map(api.backends.map((backend) => [backend.name, backend] as const));
    const host = withHosts ? [api.hosts.join(" ") || "*"] : [];
    return api.operations.map((operation) =>
      [...host, operation.method, operation.template, operation.id, answerOf(operation, backends), accessOf(operation, api)].map(printable),
    );
  });
  return layOut([heads, ...rows], width);
}

/** What answers an operation, in a word: 401, mock, a TargetEndpoint's name, or the address of a backend that has none. */
function answerOf({ access, answer }: Operation, backends: ReadonlyMap<string, Backend>): string {
  if (access.kind === "refused") return "401";
  if (answer.kind === "mock") return "mock";
  if (answer.kind === "document") return "the document";
  if (answer.kind === "page") return "a page to read it";
  return answer.backends.map(({ backend }) => nameOf(backend, backends)).join(", ");
}

function nameOf(name: string, backends: ReadonlyMap<string, Backend>): string {
  const backend = backends.get(name);
  const [first] = backend?.targets ?? [];
  return name.startsWith("@") && backend !== undefined && first !== undefined ? showTarget(first, backend.path) : name;
}

function accessOf({ access }: Operation, { securities }: Pick<ApiModel, "securities">): string {
  if (access.kind === "open") return "open";
  if (access.kind === "protected") return `needs ${showAlternatives(access.alternatives, securities)}`;
  const names = [...new Set(access.schemes.map(({ name }) => name))].join(", ");
  return access.kind === "unprotected" ? `unprotected (${names})` : `needs ${names}`;
}
