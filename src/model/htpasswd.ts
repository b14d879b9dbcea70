import { createHash, timingSafeEqual } from "node:crypto";

/** A line of a user: what begins with `#` is a comment. */
const user = /^([^#:][^:]*):([^:]*)/;

/** The users in a text as htpasswd writes it: a name, a colon and a hash in each line. Those with a hash of an unknown kind are left out. */
export const usersIn = (text: string): ReadonlyMap<string, string> => new Map(linesOf(text).filter(([, hash]) => isKnownHash(hash)));

/** The users whose hash is of a kind that is not checked. */
export const strangersIn = (text: string): readonly string[] => linesOf(text).flatMap(([name, hash]) => (isKnownHash(hash) ? [] : [name]));

/** The numbers of lines that are no name and hash: what they are is not for everybody's eyes. */
export const oddLinesIn = (text: string): readonly number[] =>
  text.split(/\r?\n/).flatMap((line, index) => (line === "" || line.startsWith("#") || user.test(line) ? [] : [index + 1]));

const linesOf = (text: string): readonly (readonly [name: string, hash: string])[] =>
  text.split(/\r?\n/).flatMap((line) => {
    const [, name, hash] = user.exec(line) ?? [];
    return name === undefined || hash === undefined ? [] : [[name, hash] as const];
  });

/** bcrypt of a cost that is checked within a second, and {SHA}, which is weak and in use. */
const isKnownHash = (hash: string): boolean => isBcrypt(hash) || isSha(hash);

export const isBcrypt = (hash: string): boolean => /^\$2[aby]\$(?:0[4-9]|1[0-4])\$[./A-Za-z0-9]{53}$/.test(hash);
const isSha = (hash: string): boolean => /^\{SHA\}[A-Za-z0-9+/]{27}=$/.test(hash);

/** Whether a password is the one of a {SHA} hash. */
export function isPasswordOfSha(password: string, hash: string): boolean {
  const its = createHash("sha1").update(password).digest();
  const expected = Buffer.from(hash.slice("{SHA}".length), "base64");
  return expected.length === its.length && timingSafeEqual(its, expected);
}
