// Makes all that a release is, from a checkout and nothing else: `npm run release:bundle -- DIR`. The same checkout gives the same bytes.

import { createHash } from "node:crypto";
import { createReadStream, readdirSync, readFileSync } from "node:fs";
import { copyFile, cp, rm, writeFile } from "node:fs/promises";
import { basename, join, relative, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import manifest from "../package.json" with { type: "json" };
import { makeLayer } from "../src/image/layer.ts";
import { run } from "../tests/e2e/cluster/command.ts";
import { imageContexts } from "./image-contexts.ts";
import { krewManifest } from "./krew.ts";
import { alikeForAll, mark, markFolder, whyNotInto } from "./made-folder.ts";

const project = resolve(import.meta.dirname, "..");

const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();

async function sha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

/** The npm package, which is the krew plugin's archive, too. */
async function packageIn(folder: string): Promise<string> {
  await run(["npm", "pack", "--silent", "--pack-destination", folder], { cwd: project });
  return join(folder, `${manifest.name}-${manifest.version}.tgz`);
}

/** The Helm chart as `helm install` takes it. */
async function chartIn(folder: string): Promise<void> {
  const chart = join(project, "deploy/helm/portico");
  const files = new Map(filesIn(chart).map((path) => [`portico/${relative(chart, path)}`, readFileSync(path, "utf8")] as const));
  const { bytes } = await makeLayer(files);
  await writeFile(join(folder, `portico-chart-${manifest.version}.tgz`), bytes);
}

/** Writes a release into a folder, which is emptied first: it is one that this made before, or nothing is in it. */
async function releaseBundle(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await markFolder(folder);
  const archive = await packageIn(folder);
  await writeFile(join(folder, "krew-portico.yaml"), krewManifest({ version: manifest.version, sha256: await sha256(archive) }));
  await chartIn(folder);
  await copyFile(join(project, "deploy/install.yaml"), join(folder, "install.yaml"));
  await cp(join(project, "deploy/crds"), join(folder, "crds"), { recursive: true });
  await imageContexts(join(folder, "images"));
  const files = filesIn(folder).filter((path) => basename(path) !== mark);
  const sums = await Promise.all(files.map(async (path) => `${await sha256(path)}  ${relative(folder, path)}\n`));
  await writeFile(join(folder, "SHA256SUMS"), sums.join(""));
  await alikeForAll(folder);
}

const [folder] = process.argv.slice(2);
const why = folder === undefined ? undefined : await whyNotInto(folder);
if (folder === undefined) {
  process.stderr.write("Name a folder: npm run release:bundle -- DIR\n");
  process.exitCode = 2;
} else if (why !== undefined) {
  process.stderr.write(`${why}\n`);
  process.exitCode = 1;
} else {
  await releaseBundle(resolve(folder));
  process.stderr.write(
    `Portico ${manifest.version} in ${folder}. Build the images from its folder images/: toolkit, gateway, and then operator with --build-arg BASE=<toolkit>.\n`,
  );
}
