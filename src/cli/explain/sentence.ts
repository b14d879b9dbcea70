import type { AskedRequest } from "./asked-request.ts";
import type { Verdict } from "./verdict.ts";

/** Who answers a request: an operation, or the gateway itself with a status and, where the path is known, what Allow says. */
export type Answerer =
  | { readonly by: "operation"; readonly operation: string; readonly api: string; readonly template: string }
  | { readonly by: "gateway"; readonly status: number; readonly allow: readonly string[] };

/** A verdict in a sentence, and who answers. */
export function sentence(
  verdict: Verdict,
  { method, host, path, search }: AskedRequest,
): { readonly summary: string; readonly answer: Answerer } {
  const request = `${method} ${path}${search}`;
  const byGateway = (status: number, end: string, allow: readonly string[] = []) => ({
    summary: `${request} ${end}.`,
    answer: { by: "gateway", status, allow } as const,
  });
  switch (verdict.kind) {
    case "operation": {
      const { api, operation } = verdict.found;
      if (operation.access.kind === "refused") {
        return byGateway(401, `is refused: 401, for ${operation.id} needs a credential that nothing here checks`);
      }
      const answer = { by: "operation", operation: operation.id, api: api.name, template: operation.template } as const;
      return { summary: `${request} is answered by ${operation.id}.`, answer };
    }
    case "options":
      return byGateway(204, `is answered by the gateway: 204 with Allow: ${verdict.allowed.join(", ")}`, verdict.allowed);
    case "notAllowed":
      return byGateway(405, `is refused: 405, for the path has other methods. Allow: ${verdict.allowed.join(", ")}`, verdict.allowed);
    case "disabled":
      return byGateway(404, "is not found: 404, for all operations of its path are disabled");
    case "notFound":
      return byGateway(
        404,
        `is not found: 404, for ${verdict.unknownHost ? `no API answers under ${host}` : "no path template matches it"}`,
      );
    case "unsafe":
      return byGateway(400, "is refused: 400, for an escaped slash or backslash in a path is not safe");
  }
}
