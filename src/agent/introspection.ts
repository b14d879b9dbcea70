import { createHash } from "node:crypto";
import { networkOf } from "../model/addresses.ts";
import type { AgentCheck, AgentSecurity } from "../model/agent.ts";
import { credentialIn, looksSigned } from "./credential.ts";
import { type Checker, type Finding, none, unchecked } from "./finding.ts";
import { Memory } from "./memory.ts";
import { openOutgoing } from "./outgoing.ts";
import { Turns } from "./turns.ts";

type Introspection = Extract<AgentCheck, { kind: "introspection" }>;

/** How many questions are open at once, and how many wait: an issuer that is slow does not make the agent hold everybody's requests. */
const mostAtOnce = 64;
const mostWaiting = 1_000;
/** What answers that are remembered take together, in characters of JSON: some ten thousand of the usual ones. An entry itself takes some, too. */
const mostRemembered = 16 * 1024 * 1024;
const entryWeight = 500;
/** A token that is not good may become so, as when an issuer lags behind itself: that is asked again soon. */
const badForMs = 5_000;

/** RFC 6750, section 2.1: what a bearer token is written in. */
const wellFormed = /^[\w.~+/-]{1,8192}=*$/;

/** Asks a token's issuer about it (RFC 7662), remembers the answer by the token's hash, and lets nobody in where none comes. */
export function introspect({ locations, blockedClients }: AgentSecurity, check: Introspection): Checker {
  const outgoing = openOutgoing(check.tls, check.timeoutMs, mostAtOnce);
  const turns = new Turns(mostAtOnce, mostWaiting);
  const remembered = new Memory<Finding>({ most: mostRemembered, weightOf: (finding) => entryWeight + JSON.stringify(finding).length });
  const open = new Map<string, Promise<Finding>>();

  const ask = async (token: string, client: string): Promise<Finding> => {
    const answer = await turns.take(() => outgoing.send(question(check, token)), client).catch(() => undefined);
    if (answer === undefined || answer.status !== 200) return unchecked;
    return judged(parsed(answer.text), check, blockedClients, Date.now() / 1000);
  };
  const askOnce = (key: string, token: string, client: string): Promise<Finding> => {
    const already = open.get(key);
    if (already !== undefined) return already;
    const asked = ask(token, client)
      .then((finding) => {
        remembered.set(key, finding, endOf(finding, check.cacheMs, Date.now()));
        return finding;
      })
      .finally(() => open.delete(key));
    open.set(key, asked);
    return asked;
  };
  return {
    async check(request) {
      const token = credentialIn(request, locations);
      if (token === undefined || !wellFormed.test(token) || (request.besideTokens && looksSigned(token))) return none;
      const key = createHash("sha256").update(token).digest("base64");
      return remembered.get(key) ?? askOnce(key, token, networkOf(request.address));
    },
    close: () => outgoing.close(),
  };
}

/** RFC 7662, section 2.1; the client's name and secret are form-encoded first (RFC 6749, section 2.3.1). */
function question({ url, client }: Introspection, token: string) {
  const credentials = Buffer.from(`${formEncoded(client.id)}:${formEncoded(client.secret)}`).toString("base64");
  return {
    method: "POST",
    url: new URL(url),
    headers: { accept: "application/json", authorization: `Basic ${credentials}`, "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ token, token_type_hint: "access_token" }).toString(),
  };
}

const formEncoded = (text: string): string => new URLSearchParams([["", text]]).toString().slice(1);

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** The claims that name the client which a token was made for. */
const clientMembers = ["client_id", "azp", "sub", "username"];

/** What an answer means (RFC 7662, section 2.2). What is no answer, or does not say whether the token is active, decides nothing. */
function judged(
  answer: Readonly<Record<string, unknown>> | undefined,
  { audiences }: Introspection,
  blockedClients: readonly string[],
  nowSeconds: number,
): Finding {
  if (typeof answer?.active !== "boolean") return unchecked;
  const { active, aud, scope } = answer;
  if (!active) return none;
  const [exp, nbf] = [timeOf(answer.exp), timeOf(answer.nbf)];
  // A time that nobody can read may be over.
  if (Number.isNaN(exp) || Number.isNaN(nbf)) return unchecked;
  if ((exp ?? nowSeconds + 1) <= nowSeconds || (nbf ?? nowSeconds) > nowSeconds + 60) return none;
  const its: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  if (audiences.length > 0 && !audiences.some((one) => its.includes(one))) return none;
  const isBlocked = clientMembers.some((name) => blockedClients.some((client) => isNamed(answer[name], client)));
  return {
    kind: "genuine",
    allowed: isBlocked ? "blocked" : "yes",
    members: { ...answer, ...(typeof scope === "string" ? { scope: scope.split(" ").filter(Boolean) } : {}) },
  };
}

/** A number that is as large as not to be told from its neighbours is named with them. */
const isNamed = (said: unknown, client: string): boolean =>
  String(said) === client || (typeof said === "number" && client.trim() !== "" && Number(client) === said);

/** Until when an answer is remembered: never past the token's end, and not at all where there was none. */
function endOf(finding: Finding, cacheMs: number, nowMs: number): number {
  if (finding.kind === "unchecked") return nowMs;
  if (finding.kind === "none") return nowMs + Math.min(cacheMs, badForMs);
  return Math.min(nowMs + cacheMs, (timeOf(finding.members.exp) ?? Number.POSITIVE_INFINITY) * 1000);
}

/** Seconds since 1970, which some write as text; undefined where nothing is said, and not a number where it is none. */
function timeOf(said: unknown): number | undefined {
  if (said === undefined || said === null) return undefined;
  return typeof said === "number" || (typeof said === "string" && said.trim() !== "") ? Number(said) : Number.NaN;
}
