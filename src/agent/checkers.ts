import type { AgentConfiguration, AgentSecurity } from "../model/agent.ts";
import { askAuthorizer } from "./authorizer.ts";
import type { AskedRequest, Checker, Finding } from "./finding.ts";
import { introspect } from "./introspection.ts";
import { type ComparePassword, checkPasswords } from "./passwords.ts";

/** What checks the credentials of each Security. */
export interface Checkers {
  /** What is known of a request, by Security: those that nobody here checks are left out. */
  check(securities: readonly string[], request: AskedRequest): Promise<Readonly<Record<string, unknown>>>;
  close(): void;
}

/** What checks by a configuration: one checker for each of its Securities. `compare` is how passwords of bcrypt are compared. */
export function openCheckers({ securities }: AgentConfiguration, compare: ComparePassword): Checkers {
  const checkers = new Map(securities.map((one) => [one.security, checkerOf(one, compare)] as const));
  return {
    async check(names, request) {
      const found = await Promise.all(
        names.map(async (name) => {
          const checker = checkers.get(name);
          return checker === undefined ? [] : [[name, await checker.check(request)] as const];
        }),
      );
      return metadataOf(found.flat());
    },
    close: () => {
      for (const checker of checkers.values()) checker.close();
    },
  };
}

function checkerOf(security: AgentSecurity, compare: ComparePassword): Checker {
  switch (security.check.kind) {
    case "basic":
      return checkPasswords(security, security.check, compare);
    case "introspection":
      return introspect(security, security.check);
    case "authorizer":
      return askAuthorizer(security, security.check);
  }
}

/**
 * What the gateway's decision reads. `@checked` is there where everybody who knows gave an answer: what is refused without it is refused for
 * want of one. `@blocked` is there where somebody's credential is genuine who is blocked.
 */
function metadataOf(found: readonly (readonly [name: string, finding: Finding])[]): Readonly<Record<string, unknown>> {
  const members = found.flatMap(([name, finding]): readonly (readonly [string, unknown])[] => {
    if (finding.kind !== "genuine") return [];
    return [[name, finding.members], [`${name}@genuine`, true], ...(finding.allowed === "yes" ? [[`${name}@allowed`, true] as const] : [])];
  });
  const isBlocked = found.some(([, finding]) => finding.kind === "genuine" && finding.allowed === "blocked");
  const isChecked = found.every(([, { kind }]) => kind !== "unchecked");
  return Object.fromEntries([
    ...members,
    ...(isChecked ? [["@checked", true] as const] : []),
    ...(isBlocked ? [["@blocked", true] as const] : []),
  ]);
}
