import { z } from "zod";
import { Redacted } from "../../redacted.ts";

/** What a registry knows somebody by. */
export type Credential =
  | { readonly kind: "password"; readonly user: string; readonly password: Redacted }
  /** An identity token, for which the registry's token server gives access tokens (Docker: "OAuth2 token authentication"). */
  | { readonly kind: "identityToken"; readonly token: Redacted };

/** The credential for a registry's host; undefined where there is none. */
export type Credentials = (registry: string) => Promise<Credential | undefined>;

export const noCredentials: Credentials = () => Promise.resolve(undefined);

const entry = z.looseObject({
  auth: z.string().nullish(),
  username: z.string().nullish(),
  password: z.string().nullish(),
  identitytoken: z.string().nullish(),
});

/** Docker's configuration, which is also what a Secret of type kubernetes.io/dockerconfigjson holds. */
const dockerConfig = z.looseObject({
  auths: z.record(z.string(), entry.nullish()).nullish(),
  credsStore: z.string().nullish(),
  credHelpers: z.record(z.string(), z.string()).nullish(),
});

export type DockerConfig = z.infer<typeof dockerConfig>;

/** Docker's configuration from its text; undefined where it is none. What is wrong with it is not said in its words: it holds secrets. */
export function parseDockerConfig(text: string): DockerConfig | undefined {
  try {
    return dockerConfig.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

const hubKeys = ["https://index.docker.io/v1/", "index.docker.io", "docker.io", "registry-1.docker.io"];

/** The keys under which a registry may stand in Docker's configuration. */
const keysOf = (registry: string): readonly string[] =>
  registry === "registry-1.docker.io" ? hubKeys : [registry, `https://${registry}`, `http://${registry}`];

/**
 * The credential that the configuration itself holds for a registry: under its name, else under a pattern of such (`*.example.com`), else under a path in it where there is only one. The
 * latter two are Kubernetes' ("Images: Interpretation of config.json"); Docker itself writes names alone.
 */
export function storedCredential({ auths }: DockerConfig, registry: string): Credential | undefined {
  const entries = Object.entries(auths ?? {}).map(([key, found]) => ({ ...placeOf(key), found }));
  const wanted = keysOf(registry).map((key) => placeOf(key).host);
  const whole = entries.filter(({ path }) => path === "");
  const below = entries.filter(({ host, path }) => path !== "" && wanted.some((name) => isLike(name, host)));
  const { found } =
    whole.find(({ host }) => wanted.includes(host)) ??
    whole.find(({ host }) => wanted.some((name) => isLike(name, host))) ??
    (below.length === 1 ? below[0] : undefined) ??
    {};
  return found ? credentialOf(found) : undefined;
}

/** The host, with its port, and the path that a key of the configuration is for; the version of the protocol is no path. */
function placeOf(key: string): { readonly host: string; readonly path: string } {
  const [host = "", ...path] = key
    .toLowerCase()
    .replace(/^https?:\/\//, "")
    .replace(/\/(?:v[12]\/?)?$/, "")
    .split("/");
  return { host, path: path.join("/") };
}

/** Whether a host is one of a pattern, which is matched label by label. */
function isLike(host: string, pattern: string): boolean {
  const [labels, patterns] = [host.split("."), pattern.split(".")];
  return labels.length === patterns.length && labels.every((label, index) => expressionOf(patterns[index] ?? "").test(label));
}

/** `*` stands for any characters, `?` for one. */
const expressionOf = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replaceAll(/[^*?\w-]/g, String.raw`\$&`)
      .replaceAll("*", ".*")
      .replaceAll("?", ".")}$`,
  );

/** The program that is asked for a registry's credential, by the end of its name; undefined where none is. */
export function helperFor({ credHelpers, credsStore }: DockerConfig, registry: string): string | undefined {
  const wanted = keysOf(registry);
  const [, own] = Object.entries(credHelpers ?? {}).find(([key]) => wanted.includes(key.toLowerCase())) ?? [];
  const name = own ?? credsStore;
  return name && /^[A-Za-z0-9._-]+$/.test(name) ? name : undefined;
}

function credentialOf({ auth, username, password, identitytoken }: z.infer<typeof entry>): Credential | undefined {
  if (identitytoken) return { kind: "identityToken", token: new Redacted(identitytoken) };
  const [user, secret] = auth ? split(Buffer.from(auth, "base64").toString("utf8")) : [username, password];
  return !user || typeof secret !== "string" ? undefined : { kind: "password", user, password: new Redacted(secret) };
}

function split(text: string): readonly [string | undefined, string | undefined] {
  const colon = text.indexOf(":");
  return colon === -1 ? [undefined, undefined] : [text.slice(0, colon), text.slice(colon + 1)];
}

/** Docker's configuration with the credentials for some registries alone, as text; undefined where there is none for any of them. */
export async function configFor(credentials: Credentials, registries: readonly string[]): Promise<Redacted | undefined> {
  const entries = await Promise.all(
    registries.map(async (registry) => {
      const found = await credentials(registry);
      return found === undefined ? [] : [[keysOf(registry)[0] ?? registry, entryOf(found)] as const];
    }),
  );
  const auths = Object.fromEntries(entries.flat());
  return Object.keys(auths).length === 0 ? undefined : new Redacted(JSON.stringify({ auths }));
}

const entryOf = (credential: Credential): z.infer<typeof entry> =>
  credential.kind === "identityToken"
    ? { identitytoken: credential.token.reveal() }
    : { auth: Buffer.from(`${credential.user}:${credential.password.reveal()}`).toString("base64") };
