import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { Redacted } from "../../redacted.ts";
import { type Credential, type Credentials, type DockerConfig, helperFor, parseDockerConfig, storedCredential } from "./credentials.ts";

/** What a credential helper answers (docker-credential-helpers: "get"). */
const helperAnswer = z.looseObject({ Username: z.string(), Secret: z.string() });

const helperPatienceMs = 15_000;

/** A person's own credentials, as `docker login` keeps them: in DOCKER_CONFIG or ~/.docker, or with the helper that is named there. */
export function dockerCredentials(env: NodeJS.ProcessEnv): Credentials {
  const path = join(env.DOCKER_CONFIG || join(homedir(), ".docker"), "config.json");
  let config: Promise<DockerConfig | undefined> | undefined;
  return async (registry) => {
    config ??= readFile(path, "utf8").then(parseDockerConfig, () => undefined);
    const known = await config;
    if (known === undefined) return undefined;
    const helper = helperFor(known, registry);
    return (helper === undefined ? undefined : await fromHelper(helper, registry, env)) ?? storedCredential(known, registry);
  };
}

/** Asks a helper; one that is missing, silent or knows nothing is no obstacle: then requests go without. */
function fromHelper(name: string, registry: string, env: NodeJS.ProcessEnv): Promise<Credential | undefined> {
  const host = registry === "registry-1.docker.io" ? "https://index.docker.io/v1/" : registry;
  return new Promise((resolve) => {
    const child = execFile(`docker-credential-${name}`, ["get"], { env, timeout: helperPatienceMs }, (failure, stdout) => {
      resolve(failure === null ? parseAnswer(stdout) : undefined);
    });
    child.stdin?.on("error", () => {});
    child.stdin?.end(host);
  });
}

function parseAnswer(text: string): Credential | undefined {
  try {
    const { Username: user, Secret: secret } = helperAnswer.parse(JSON.parse(text));
    return user === "<token>"
      ? { kind: "identityToken", token: new Redacted(secret) }
      : { kind: "password", user, password: new Redacted(secret) };
  } catch {
    return undefined;
  }
}
