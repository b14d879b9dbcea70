import type { ImageContents } from "../image/contents.ts";
import type { AgentVerifier, CertificateRules, SubjectName, Verifier } from "../model/security.ts";
import type { CheckedSecurity } from "../resolve/securities.ts";
import { noTokens } from "./absent-security.ts";
import { inBoth, stillBelieved } from "./believed-issuers.ts";

/** A Security as an image asks for it. */
export type AskedSecurity = ImageContents["manifest"]["apis"][number]["securities"][number];

/** What an image meets under the name of a Security that it asks for. */
export type MetSecurity =
  | { readonly kind: "absent" }
  | { readonly kind: "wrong"; readonly blocked: Blocked }
  /** It judges credentials otherwise than the image does. */
  | { readonly kind: "other"; readonly found: CheckedSecurity }
  | { readonly kind: "same"; readonly found: CheckedSecurity };

/** Whom a Security blocks that is wrong. */
interface Blocked {
  readonly clients: readonly string[];
  /** Whether that can be read as a whole. */
  readonly isAll: boolean;
}

/** A Security as it is mounted beside an image. */
export interface MountedSecurity {
  readonly name: string;
  /** The hash of how the image judges its credentials. */
  readonly decides: string;
  /** Undefined where nobody is let in by it. */
  readonly check: CheckedSecurity | undefined;
}

/** A Security as it is mounted beside the image that asks for it; undefined where nobody knows. */
export const mountedAs = (
  { name, decides }: Pick<MountedSecurity, "name" | "decides">,
  mounted: readonly MountedSecurity[],
): MountedSecurity | undefined => mounted.find((one) => one.name === name && one.decides === decides);

/** A Security as it is to be mounted beside an image that serves. */
export interface FollowedSecurity {
  readonly check: CheckedSecurity | undefined;
  /** Whether that is all of it. Else some files of the mounted part are to stay as they are: nobody knows what of it is in them. */
  readonly isKnown: boolean;
  readonly stays: readonly string[];
}

/**
 * Each Security is a matter of its own. One that is wrong stays as it is mounted, and one that judges otherwise than the image brings nobody in whom the image would judge by rules that are
 * not meant for him: what is taken away is gone, what is new waits for the image.
 */
export function followedSecurity(asked: AskedSecurity, met: MetSecurity, mounted: readonly MountedSecurity[]): FollowedSecurity {
  if (met.kind === "absent") return known(undefined);
  if (met.kind === "same") return known(met.found);
  const before = mountedAs(asked, mounted);
  if (before !== undefined)
    return known(before.check && (met.kind === "other" ? narrowed(before.check, met.found) : kept(before.check, met.blocked)));
  return met.kind === "other" ? withoutAuthorities(asked, met.found) : { check: undefined, isKnown: false, stays: filesOf(asked) };
}

const known = (check: CheckedSecurity | undefined): FollowedSecurity => ({ check, isKnown: true, stays: [] });

/** What was mounted of a Security that is wrong now. Whom it blocks can be read all the same; where not all of it, those are blocked, too, who were. */
const kept = ({ security, verifier }: CheckedSecurity, { clients, isAll }: Blocked): CheckedSecurity => ({
  security,
  verifier: { ...verifier, blockedClients: isAll ? clients : [...new Set([...clients, ...verifier.blockedClients])] },
});

/** What was mounted, as far as it is still said. Its keys, users and authorities of clients' certificates are those of now. */
function narrowed({ security, verifier: before }: CheckedSecurity, now: CheckedSecurity): CheckedSecurity | undefined {
  const { keys, trust, tokens, agent, blockedClients } = now.verifier;
  const asked = before.agent && sameAgent(before.agent, agent);
  if (before.agent !== undefined && asked === undefined) return undefined;
  const certificate = security.certificate && sameHolders(security.certificate, now.security.certificate);
  if (security.certificate !== undefined && certificate === undefined) return undefined;
  const verifier: Verifier = {
    ...before,
    keys: before.keys && keys,
    trust: before.trust && trust,
    tokens: before.tokens && stillBelieved(before.tokens, tokens),
    agent: asked,
    blockedClients,
  };
  return { security: { ...security, certificate }, verifier };
}

/** The same of one that has grown, believing those issuers alone that it did; of one that nobody knows how it is mounted nobody can say them. */
export function believingAsBefore<Followed extends MountedSecurity>(now: Followed, mounted: readonly MountedSecurity[]): Followed {
  const { check } = now;
  const known = mountedAs(now, mounted);
  if (check?.verifier.tokens === undefined || known === undefined) return now;
  const { issuers } = stillBelieved(known.check?.verifier.tokens ?? noTokens, check.verifier.tokens);
  return { ...now, check: { ...check, verifier: { ...check.verifier, tokens: { ...check.verifier.tokens, issuers } } } };
}

/** Whose certificates are taken now as they were before; undefined where that is nobody. */
function sameHolders(before: CertificateRules, now: CertificateRules | undefined): CertificateRules | undefined {
  if (now === undefined) return undefined;
  if (before.subjects.length === 0 || now.subjects.length === 0) return { ...before, subjects: [...before.subjects, ...now.subjects] };
  const subjects = [
    ...before.subjects.filter((one) => now.subjects.some((other) => isWithin(one, other))),
    // The beginning of a name was said before, and now more of it, which is not yet among those of before.
    ...now.subjects.filter((one) => {
      const wider = before.subjects.filter((other) => isWithin(one, other));
      return wider.length > 0 && !wider.some((other) => isWithin(other, one));
    }),
  ];
  return subjects.length === 0 ? undefined : { ...before, subjects };
}

/** Whether one name is all that it is by another one, too. */
const isWithin = (one: SubjectName, other: SubjectName): boolean =>
  one.type === other.type && (other.isPrefix ? one.value.startsWith(other.value) : !one.isPrefix && one.value === other.value);

/** Who is asked now, where that is who was asked before: it is believed for whom it was and still is. */
function sameAgent(before: AgentVerifier, now: AgentVerifier | undefined): AgentVerifier | undefined {
  if (before.kind === "basic" || now === undefined || now.kind === "basic") return now?.kind === before.kind ? now : undefined;
  if (now.kind !== before.kind || now.url !== before.url) return undefined;
  if (now.kind !== "introspection" || before.kind !== "introspection") return now;
  const audiences = inBoth(before.audiences, now.audiences);
  return audiences && { ...now, audiences };
}

/**
 * Where nobody knows which issuers, authorities and authorisers were believed before, and whose certificates were taken, those that are mounted stay. One that takes certificates now, and
 * other credentials by the image, has none of those any more.
 */
function withoutAuthorities(asked: AskedSecurity, { security, verifier }: CheckedSecurity): FollowedSecurity {
  if (verifier.trust !== undefined && !takesCertificates(asked)) return { check: undefined, isKnown: false, stays: [] };
  const users = verifier.agent?.kind === "basic" ? verifier.agent : undefined;
  const tokens = asked.takesTokens ? noTokens : undefined;
  const stays = [
    ...(asked.takesTokens ? ["tokens.json"] : []),
    ...(asked.asksAgent && users === undefined ? ["agent.json"] : []),
    ...(verifier.trust === undefined ? [] : ["trust.json", "keys.json"]),
  ];
  const check = { security, verifier: { ...verifier, tokens, agent: users, locations: asked.locations } };
  return { check: asked.asksAgent && users === undefined ? undefined : check, isKnown: false, stays };
}

/** A certificate stands nowhere in a request; nor does what an authoriser looks at, who is asked by the agent. */
const takesCertificates = ({ locations, asksAgent }: AskedSecurity): boolean => locations.length === 0 && !asksAgent;

/** The files of the mounted part in which a Security is that an image asks for. */
const filesOf = ({ asksAgent, takesTokens }: AskedSecurity): readonly string[] => [
  ...(asksAgent ? ["agent.json"] : ["keys.json", "trust.json"]),
  ...(takesTokens ? ["tokens.json", "blocked.json"] : []),
];
