import { type Checked, checked, error, failed, wholeFile } from "../problem.ts";

/** An image as people name it: `registry.example:5000/team/petstore:1.0.0@sha256:...`. */
export interface ImageReference {
  /** Host and perhaps port, as requests are sent to it. */
  readonly registry: string;
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

const dockerHub = "registry-1.docker.io";

/** Names of Docker Hub's, in whose place requests go to its registry. */
const hubNames = new Set(["docker.io", "index.docker.io", dockerHub]);

const host = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(?::\d{1,5})?$/i;
const repositoryPattern = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const tagPattern = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const digestPattern = /^sha256:[0-9a-f]{64}$/;

/** A reference from its text (OCI distribution specification, "Pulling manifests"; names without a registry are Docker Hub's). Fails with BadImageName. */
export function parseReference(text: string): Checked<ImageReference> {
  const [named = "", digest, ...rest] = text.split("@");
  const colon = named.lastIndexOf(":");
  const hasTag = colon > named.lastIndexOf("/");
  const { registry, path } = ofRegistry(hasTag ? named.slice(0, colon) : named);
  const tag = hasTag ? named.slice(colon + 1) : undefined;
  const wrong = [
    ...(rest.length > 0 ? ["The name has more than one `@`. Write it such as `registry.example/team/petstore:1.0.0`."] : []),
    ...(host.test(registry) && URL.canParse(`https://${registry}`)
      ? []
      : [`\`${registry}\` is no host of a registry. Write a host name, with a port where it needs one.`]),
    ...(repositoryPattern.test(path) && path.length <= 255
      ? []
      : [`\`${path.slice(0, 100)}\` is no name of a repository. Write small letters, digits, and \`.\`, \`_\`, \`-\` between them.`]),
    ...(tagPattern.test(tag ?? "latest") ? [] : [`\`${tag}\` is no tag. Write letters, digits, \`.\`, \`_\` and \`-\`, at most 128.`]),
    ...(digest === undefined || digestPattern.test(digest) ? [] : ["The digest is none. Write `sha256:` and 64 hexadecimal digits."]),
  ];
  const where = wholeFile(text.slice(0, 300));
  if (wrong.length > 0) return failed(...wrong.slice(0, 1).map((message) => error("BadImageName", where, message)));
  return checked({ registry, repository: registry === dockerHub && !path.includes("/") ? `library/${path}` : path, tag, digest }, []);
}

/** A reference that something is stored under: without a digest, which follows from what is stored. Fails with BadImageName. */
export function parseTarget(text: string): Checked<ImageReference> {
  const reference = parseReference(text);
  if (!reference.ok || reference.value.digest === undefined) return reference;
  const where = wholeFile(text.slice(0, 300));
  return failed(error("BadImageName", where, "The digest follows from what is stored, and can't be asked for. Leave it out."));
}

/** What stands before the first slash is a registry if it looks like a host; else the name is one of Docker Hub's. */
function ofRegistry(name: string): { readonly registry: string; readonly path: string } {
  const [first = "", ...others] = name.split("/");
  if (others.length === 0 || !(/[.:[]/.test(first) || first === "localhost")) return { registry: dockerHub, path: name };
  return { registry: hubNames.has(first.toLowerCase()) ? dockerHub : first.toLowerCase(), path: others.join("/") };
}

/** The text that names an image, Docker Hub's as Docker itself writes them out. */
export function showReference({ registry, repository, tag, digest }: ImageReference): string {
  return `${registry === dockerHub ? "docker.io" : registry}/${repository}${tag === undefined ? "" : `:${tag}`}${digest === undefined ? "" : `@${digest}`}`;
}
