import { z } from "zod";
import type { Problem } from "../../problem.ts";
import { Redacted } from "../../redacted.ts";
import type { Challenge } from "./challenge.ts";
import type { Credential, Credentials } from "./credentials.ts";
import { bytesOf, type Http, type HttpResponse } from "./http.ts";
import { denied, tokenServerFailed, unreachable, untrustedRealm } from "./problems.ts";
import { noWords, type RegistryWords, wordsOf } from "./words.ts";

/** What is sent in the field Authorization. */
export interface Authorization {
  readonly header: Redacted;
  /** What nobody else may see of it, and of the credential that it was had for. */
  readonly secrets: readonly Redacted[];
}

/** What a token server answers (Docker: "Token authentication", "Token response fields"). */
const tokenAnswer = z.looseObject({ token: z.string().optional(), access_token: z.string().optional() });
const longestAnswer = 1024 * 1024;

/** Who asks, as Basic has it (RFC 7617). */
const pairOf = (user: string, password: Redacted): Redacted => password.map((text) => Buffer.from(`${user}:${text}`).toString("base64"));

const inField = (scheme: "Basic" | "Bearer", secret: Redacted): Redacted => secret.map((text) => `${scheme} ${text}`);

function secretsOf(credential: Credential | undefined): readonly Redacted[] {
  if (credential === undefined) return [];
  return credential.kind === "identityToken" ? [credential.token] : [credential.password, pairOf(credential.user, credential.password)];
}

/** Meets a registry's challenge with the credential for that registry, or as nobody where there is none. */
export async function authorize(
  http: Http,
  registry: string,
  challenge: Challenge,
  scope: string,
  { credentials, plainHttp }: { readonly credentials: Credentials; readonly plainHttp: boolean },
): Promise<Authorization | Problem> {
  const credential = await credentials(registry);
  const repository = scope.split(":")[1] ?? "";
  if (challenge.scheme === "basic") {
    if (credential?.kind !== "password") return denied(registry, repository, 401);
    return { header: inField("Basic", pairOf(credential.user, credential.password)), secrets: secretsOf(credential) };
  }
  if (!URL.canParse(challenge.realm)) return untrustedRealm(registry);
  const realm = new URL(challenge.realm);
  // A password goes to a token server as safely as it would go to the registry.
  if (realm.protocol !== "https:" && !(plainHttp && realm.protocol === "http:")) return untrustedRealm(registry);
  const token = await fetchToken(http, realm, challenge.service, challenge.scope ?? scope, credential).catch((thrown: unknown) =>
    unreachable(realm.host, thrown),
  );
  if (token instanceof Redacted) return { header: inField("Bearer", token), secrets: [token, ...secretsOf(credential)] };
  return "severity" in token ? token : denied(registry, repository, 401, token);
}

/** An access token; what the server says where it gives none. */
async function fetchToken(
  http: Http,
  realm: URL,
  service: string | undefined,
  scope: string,
  credential: Credential | undefined,
): Promise<Redacted | Problem | RegistryWords> {
  const named = service === undefined ? {} : { service };
  if (credential?.kind === "identityToken") return exchanged(http, realm, new URLSearchParams({ ...named, scope }), credential);
  const url = new URL(realm);
  // Several stand in a challenge with spaces between, and are asked for each by itself (Docker: "Token authentication").
  const scopes = scope.split(" ").filter((one) => one !== "");
  for (const [name, value] of [...Object.entries(named), ...scopes.map((one) => ["scope", one] as const)])
    url.searchParams.append(name, value);
  const headers =
    credential === undefined ? {} : { authorization: inField("Basic", pairOf(credential.user, credential.password)).reveal() };
  return tokenIn(await http.send({ method: "GET", url, headers }), credential);
}

/** Docker: "OAuth2 token authentication". */
async function exchanged(
  http: Http,
  url: URL,
  fields: URLSearchParams,
  credential: Extract<Credential, { kind: "identityToken" }>,
): Promise<Redacted | Problem | RegistryWords> {
  const form = new URLSearchParams(fields);
  form.set("grant_type", "refresh_token");
  form.set("client_id", "portico");
  form.set("refresh_token", credential.token.reveal());
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  return tokenIn(await http.send({ method: "POST", url, headers, body: Buffer.from(form.toString()) }), credential);
}

async function tokenIn(response: HttpResponse, credential: Credential | undefined): Promise<Redacted | Problem | RegistryWords> {
  if (response.status !== 200) {
    const words = await wordsOf(response, secretsOf(credential));
    const isFailure = response.status === 429 || response.status >= 500;
    return isFailure ? tokenServerFailed(response.url.host, response.status, words) : words;
  }
  const bytes = await bytesOf(response, longestAnswer);
  try {
    const { token, access_token } = tokenAnswer.parse(JSON.parse(Buffer.from(bytes).toString("utf8")));
    const found = token ?? access_token;
    return found === undefined ? noWords : new Redacted(found);
  } catch {
    return noWords;
  }
}
