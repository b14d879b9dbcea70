import { z } from "zod";
import { type Checked, checked, error, failed, wholeFile } from "../problem.ts";
import { decode } from "./read-text.ts";

const patienceMs = 5_000;

/** More than any issuer says of itself (bytes). */
const largestDocument = 1024 * 1024;

const metadata = z.object({
  issuer: z.string(),
  jwks_uri: z
    .url({ protocol: /^https?$/ })
    .max(2048)
    .refine(isPlain),
});

/** Without a credential, which would stand in the gateway's configuration, and without a fragment, which is not sent. */
function isPlain(url: string): boolean {
  const { username, password, hash } = new URL(url);
  return username === "" && password === "" && hash === "";
}

/**
 * Where an issuer keeps its keys: the `jwks_uri` of its discovery document (OpenID Connect Discovery 1.0, section 4; where there is none, RFC 8414, section 3).
 * What another issuer says of itself does not count, nor keys that would come without TLS where the issuer has it. Fails with MissingValue.
 */
export async function discoverKeys(issuer: string): Promise<Checked<string>> {
  const [openId, oauth] = documentsOf(issuer);
  const first = await read(openId);
  const found = first.kind === "missing" ? await read(oauth) : first;
  if (found.kind === "missing") return undiscovered(issuer, `there is no ${openId}`);
  if (found.kind === "unread") return undiscovered(issuer, found.why);
  const said = metadata.safeParse(found.value);
  if (!said.success) return undiscovered(issuer, "its discovery document names no `jwks_uri` that keys can be fetched from");
  const { issuer: itself, jwks_uri: url } = said.data;
  if (itself !== issuer) return undiscovered(issuer, "its discovery document is of an issuer that is written otherwise");
  if (issuer.startsWith("https:") && !url.startsWith("https:")) return undiscovered(issuer, "its keys would come without TLS");
  return checked(url, []);
}

function documentsOf(issuer: string): readonly [openId: string, oauth: string] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, "");
  return [`${origin}${path}/.well-known/openid-configuration`, `${origin}/.well-known/oauth-authorization-server${path}`];
}

/** Says why nobody knows where an issuer's keys are. */
export const undiscovered = (issuer: string, why: string): Checked<never> =>
  failed(
    error(
      "MissingValue",
      wholeFile(issuer),
      `The keys of the issuer \`${issuer}\` are not found: ${why}. Its tokens are not taken until they are. Name them with \`jwks\`, or mend the issuer.`,
    ),
  );

type Read =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "missing" }
  | { readonly kind: "unread"; readonly why: string };

async function read(url: string): Promise<Read> {
  const unread = (why: string): Read => ({ kind: "unread", why });
  try {
    const answer = await fetch(url, {
      // Who answers elsewhere is not the issuer.
      redirect: "error",
      signal: AbortSignal.timeout(patienceMs),
      headers: { accept: "application/json" },
    });
    if (answer.status !== 200) {
      await answer.body?.cancel();
      return answer.status === 404 ? { kind: "missing" } : unread(`${url} answers ${answer.status}`);
    }
    const text = decode(url, await bounded(answer));
    return text.ok ? { kind: "value", value: JSON.parse(text.value) } : unread(`${url} is not text`);
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return unread(`${url} is no JSON`);
    const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
    return unread(`${url} cannot be fetched (${cause instanceof Error ? cause.message : String(cause)})`);
  }
}

async function bounded(answer: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let total = 0;
  for await (const part of answer.body ?? []) {
    parts.push(part);
    total += part.length;
    if (total > largestDocument) break;
  }
  return Buffer.concat(parts);
}
