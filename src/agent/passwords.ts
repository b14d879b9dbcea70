import { createHmac, randomBytes } from "node:crypto";
import { networkOf } from "../model/addresses.ts";
import type { AgentCheck, AgentSecurity } from "../model/agent.ts";
import { isBcrypt, isPasswordOfSha, usersIn } from "../model/htpasswd.ts";
import { credentialIn } from "./credential.ts";
import { type Checker, type Finding, none, unchecked } from "./finding.ts";
import { Memory } from "./memory.ts";
import { Turns } from "./turns.ts";

/** Whether a password is the one of a bcrypt hash. It takes as long as it should. */
export type ComparePassword = (password: string, hash: string) => Promise<boolean>;

const rememberedMs = 300_000;
const mostRemembered = 20_000;
/** So many wrong passwords in a row are somebody's clumsiness; after each further one nobody's are looked at for a while, at most a minute. */
const clumsy = 5;
const longestPauseMs = 60_000;

/** What passwords were right lasts over changes of the file: it goes by the hash that it was compared with. */
const key = randomBytes(32);
const right = new Memory<true>({ most: mostRemembered });
const wrong = new Memory<{ readonly times: number; readonly pauseUntilMs: number }>({ most: mostRemembered });
/** Guesses of one client wait among themselves: they do not take the turns of others. */
const turns = new Turns(2, 400);

/** A hash that is nobody's, so that a name that is not there takes as long as one that is. */
const nobodys = "$2b$10$CwTycUXWue0Thq9StjUM0uJ8.XyQdS4x9OXiM0Ql1M3u1JtqUrKzC";

/** Checks names and passwords (RFC 7617). A password that was right is known again by a keyed hash, and guesses are slowed down for each name. */
export function checkPasswords(
  { security, locations, blockedClients }: AgentSecurity,
  { users: text }: Extract<AgentCheck, { kind: "basic" }>,
  compare: ComparePassword,
): Checker {
  const users = usersIn(text);
  const [sample = nobodys] = [...users.values()].filter(isBcrypt);
  const stranger = sample.slice(0, 7) + nobodys.slice(7);

  const judged = async (user: string, password: string, client: string): Promise<Finding> => {
    const hash = users.get(user);
    const proof = createHmac("sha256", key)
      .update(JSON.stringify([security, user, hash, password]))
      .digest("base64");
    if (right.get(proof) === true) return known(user, blockedClients);
    const name = JSON.stringify([security, user]);
    const isPaused = (): boolean => (wrong.get(name)?.pauseUntilMs ?? 0) > Date.now();
    // Many may have come at once, and been wrong while this one waited.
    const look = async (): Promise<boolean> => !isPaused() && (await isPasswordOf(password, hash ?? stranger, stranger, compare));
    if (isPaused()) return none;
    const isRight = await turns.take(look, client);
    if (isRight === undefined) return unchecked;
    if (isRight && hash !== undefined) {
      right.set(proof, true, Date.now() + rememberedMs);
      wrong.forget(name);
      return known(user, blockedClients);
    }
    remember(name);
    return none;
  };
  return {
    check: async (request) => {
      const credentials = credentialsIn(credentialIn(request, locations));
      return credentials === undefined ? none : judged(credentials.user, credentials.password, networkOf(request.address));
    },
    close: () => {},
  };
}

/** Of one who is blocked no backend is told, whatever other credential lets the request in. */
const known = (user: string, blockedClients: readonly string[]): Finding =>
  blockedClients.includes(user)
    ? { kind: "genuine", allowed: "blocked", members: {} }
    : { kind: "genuine", allowed: "yes", members: { user } };

/** A wrong guess takes as long whatever kind of hash the name has, or none. */
async function isPasswordOf(password: string, hash: string, stranger: string, compare: ComparePassword): Promise<boolean> {
  if (isBcrypt(hash)) return compare(password, hash);
  if (isPasswordOfSha(password, hash)) return true;
  await compare(password, stranger);
  return false;
}

/** A wrong password of a name. */
function remember(name: string): void {
  const times = (wrong.get(name)?.times ?? 0) + 1;
  const pauseMs = times < clumsy ? 0 : Math.min(1000 * 2 ** (times - clumsy), longestPauseMs);
  wrong.set(name, { times, pauseUntilMs: Date.now() + pauseMs }, Date.now() + 10 * longestPauseMs);
}

/** The name and password of a credential (RFC 7617, section 2): UTF-8, split at the first colon, without characters that end lines or texts. */
function credentialsIn(credential: string | undefined): { readonly user: string; readonly password: string } | undefined {
  const [, encoded = ""] = /^([A-Za-z0-9+/]{1,8192}={0,2})$/.exec(credential ?? "") ?? [];
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused.
  if (colon < 1 || /[\0-\x1f\x7f\ufffd]/.test(text)) return undefined;
  return { user: text.slice(0, colon), password: text.slice(colon + 1) };
}
