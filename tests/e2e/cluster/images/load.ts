import {
  closeSync,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdtempSync,
  openSync,
  readSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { parseTarget } from "../../../../src/image/reference.ts";
import { run } from "../command.ts";
import { enteringNetwork, type Node } from "../node.ts";
import { clusterFolder, nodeAddress, registry } from "../place.ts";
import { copy } from "./push.ts";

const host = `${registry.name}:${registry.port}`;
const reached = `${nodeAddress}:${registry.port}`;

/** Puts an image of this machine into the cluster's registry: the name that it has for pods. An error says which of the two is wrong, and how. */
export async function loadImage(node: Node, from: string, name: string): Promise<string> {
  const own = nameInRegistry(name);
  const source = await imageSource(from);
  // In the cluster's folder: what is left of a command that was killed goes with it.
  const work = mkdtempSync(join(clusterFolder(node.cluster), "load-"));
  try {
    const plain = await plainSource(source, from, work);
    await run(enteringNetwork(node, copy(plain, `${reached}/${own}`, true)), { env: { ...process.env, TMPDIR: work } });
  } catch (failure) {
    throw new Error(`${from} cannot be loaded: ${lastWords(String(failure))}`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return `${host}/${own}`;
}

/** The same image under a path without a colon, where skopeo would end it, and without the compression that it does not know of `docker save`. */
async function plainSource(source: string, from: string, work: string): Promise<string> {
  const transport = source.slice(0, -from.length);
  if (!source.endsWith(`:${from}`) || source === from) return source;
  const link = join(work, "image");
  if (transport === "docker-archive:" && isCompressed(from))
    await pipeline(createReadStream(from), createGunzip(), createWriteStream(link));
  else symlinkSync(realpathSync(from), link);
  return `${transport}${link}`;
}

/** Whether a file is compressed with gzip (RFC 1952). */
function isCompressed(file: string): boolean {
  const opened = openSync(file, "r");
  const begin = Buffer.alloc(2);
  readSync(opened, begin);
  closeSync(opened);
  return begin.equals(Buffer.from([0x1f, 0x8b]));
}

/**
 * `NAME:TAG` in the cluster's registry, from `NAME`, `NAME:TAG` or either with that registry before it. The tag is `latest` where none is said, as pods have it.
 * Throws for the name of another registry, and for what is no name.
 */
export function nameInRegistry(text: string): string {
  const prefix = [host, reached].find((one) => text.startsWith(`${one}/`));
  const own = prefix === undefined ? text : text.slice(prefix.length + 1);
  const [first = "", ...others] = own.split("/");
  if (others.length > 0 && (/[.:]/.test(first) || first === "localhost"))
    throw new Error(
      `${text} names the registry ${first}, and an image is loaded into the cluster's own, ${host}. Say ${others.join("/")}.`,
    );
  const reference = parseTarget(`${host}/${own}`);
  if (!reference.ok)
    throw new Error(
      `${text} cannot be the name of an image: ${reference.problems.map(({ message }) => message).join(" ")} Such as: pets:1.`,
    );
  return `${reference.value.repository}:${reference.value.tag ?? "latest"}`;
}

/**
 * What skopeo calls an image on this machine: a folder or tar file that is an OCI layout, a tar file of `docker save`, or skopeo's own name
 * (`oci:DIR`). Throws for what is none of them.
 */
export async function imageSource(from: string): Promise<string> {
  if (/^[a-z-]+:./.test(from) && !existsSync(from)) return from;
  if (!existsSync(from))
    throw new Error(`There is no file or folder ${from}. Say the image that is to be loaded: an OCI layout, or a tar file of one.`);
  if (statSync(from).isDirectory()) {
    if (existsSync(join(from, "oci-layout"))) return `oci:${from}`;
    throw new Error(`The folder ${from} is no OCI layout: it has no file oci-layout.`);
  }
  if (!statSync(from).isFile()) throw new Error(`${from} is no file. Say an OCI layout, or a tar file of one.`);
  const names = await run(["tar", "--list", "--file", from]).catch(() => "");
  const has = (name: string): boolean => new RegExp(`^(?:\\./)?${name}$`, "m").test(names);
  // Of both the one for Docker's media types, which skopeo does not take in an OCI layout.
  if (has("oci-layout") && !(has("manifest.json") && (await hasDockerTypes(from)))) return `oci-archive:${from}`;
  if (has("manifest.json")) return `docker-archive:${from}`;
  throw new Error(
    `The file ${from} is no image: no tar file of an OCI layout (with oci-layout in it), and none of \`docker save\` (with manifest.json).`,
  );
}

const hasDockerTypes = async (tar: string): Promise<boolean> =>
  (await run(["tar", "--extract", "--to-stdout", "--file", tar, "--wildcards", "*index.json"])).includes("application/vnd.docker.");

/** What skopeo says at its end, without what it says around it. */
function lastWords(text: string): string {
  const [, said] = /level=fatal msg=("(?:[^"\\]|\\.)*")/.exec(text) ?? [];
  return said === undefined ? text : JSON.parse(said);
}
