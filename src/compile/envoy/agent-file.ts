import { createHash } from "node:crypto";
import type { AgentCheck, AgentInterceptors, AgentSecurity, AgentValidators } from "../../model/agent.ts";
import { certificatesIn } from "../../model/certificates.ts";
import type { ErrorForm } from "../../model/error-form.ts";
import type { AgentVerifier, Verifier } from "../../model/security.ts";
import { entriesOf, entryOf, type Values } from "../../model/values.ts";
import type { Environment } from "../engine.ts";

/** Where the policy agent's configuration is; it runs where that is there. */
export const agentPath = "mounted/agent.json";

/**
 * What the policy agent works by, where a Security needs it, requests are held against the document, or functions see them. One of which something is missing in the environment is left out: nobody gets in with it, and who looks at
 * the environment is told.
 */
export function agentFile(
  verifiers: readonly Verifier[],
  validations: readonly AgentValidators[],
  { values, trustedRoots }: Pick<Environment, "values" | "trustedRoots">,
  interceptors: readonly AgentInterceptors[],
  errors: ErrorForm,
): readonly (readonly [path: string, text: string])[] {
  if (!verifiers.some(({ agent }) => agent !== undefined) && validations.length + interceptors.length === 0) return [];
  const securities = verifiers.flatMap(({ security, locations, blockedClients, agent }): readonly AgentSecurity[] => {
    const check = agent === undefined ? undefined : checkOf(agent, values, trustedRoots);
    return check === undefined ? [] : [{ security, locations, blockedClients, check }];
  });
  // Agents of older images know nothing of it.
  const configuration = {
    securities,
    ...(validations.length === 0 ? {} : { validation: { apis: validations, errors } }),
    ...(interceptors.length === 0 ? {} : { interceptors }),
  };
  const version = createHash("sha256").update(JSON.stringify(configuration)).digest("hex").slice(0, 12);
  return [[agentPath, `${JSON.stringify({ version_info: version, ...configuration })}\n`]];
}

function checkOf(agent: AgentVerifier, values: Values, trustedRoots: string): AgentCheck | undefined {
  const system = { kind: "file", path: trustedRoots } as const;
  switch (agent.kind) {
    case "basic": {
      const users = entryOf(values, agent.users);
      return users && { kind: "basic", users: users.reveal() };
    }
    case "introspection": {
      const { url, audiences, timeoutMs, cacheMs, trust } = agent;
      const client = entriesOf(values, agent.client);
      const [id, secret] = [client.get("username"), client.get("password")];
      const authorities = typeof trust === "string" ? undefined : certificatesIn(entryOf(values, trust)?.reveal() ?? "");
      // With no text at all Node would believe those of the system.
      if (id === undefined || secret === undefined || authorities?.length === 0) return undefined;
      const believed = trust === "anybody" ? ({ kind: "anybody" } as const) : system;
      const tls = authorities === undefined ? believed : ({ kind: "authorities", pem: authorities.join("\n") } as const);
      return { kind: "introspection", url, client: { id: id.reveal(), secret: secret.reveal() }, audiences, timeoutMs, cacheMs, tls };
    }
    case "authorizer":
      return { ...agent, tls: system };
  }
}
