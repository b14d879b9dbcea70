// Bundles the program into dist/, as the package is published: JavaScript for Node 20 that brings its own packages. Prints the sizes.

import { readdirSync, readFileSync } from "node:fs";
import { chmod, copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { build, type Metafile, type Plugin } from "esbuild";
import { alikeForAll } from "./made-folder.ts";

const project = dirname(import.meta.dirname);

/** What the bundled CommonJS packages call to reach Node's own modules; ES modules have none. */
const requireForPackages = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

/** What the package has: the program, what kubectl runs for `kubectl add` and `kubectl update`, the policy agent, and what runs functions for that. */
const programs = ["portico", "kubectl-add", "kubectl-update", "agent", "function-process"];

/** Writes the bundle into a folder, which is emptied first; the program's path. What commands load when they are called is in chunks. */
export async function bundle(folder: string): Promise<string> {
  await write(folder, programs);
  return join(folder, "portico.js");
}

/** The same of the small programs that a gateway's image has. */
export async function bundleGateway(folder: string): Promise<void> {
  await write(folder, ["gateway", "agent", "function-process"]);
}

async function write(folder: string, names: readonly string[]): Promise<Metafile> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const { metafile } = await build({
    absWorkingDir: project,
    entryPoints: names.map((name) => `src/cli/${name}.ts`),
    outdir: folder,
    bundle: true,
    splitting: true,
    chunkNames: "chunks/[name]-[hash]",
    format: "esm",
    platform: "node",
    target: "node20",
    minify: true,
    legalComments: "none",
    banner: { js: requireForPackages },
    plugins: [englishOnly],
    // What node-fetch asks for URLs where Node had none; Node's own stand in for it.
    alias: { "whatwg-url": "node:url" },
    metafile: true,
    logLevel: "error",
  });
  const hasPage = names.includes("portico");
  if (hasPage) await copyPage(join(folder, "page"));
  await writeFile(join(folder, "THIRD-PARTY.txt"), licences(metafile, hasPage ? ["swagger-ui-dist"] : []));
  for (const name of names) await chmod(join(folder, `${name}.js`), 0o755);
  await alikeForAll(folder);
  return metafile;
}

/** Leaves out zod's messages in other languages than English: a third of the bundle, and never asked for. */
const englishOnly: Plugin = {
  name: "english only",
  setup({ onLoad }) {
    onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({ contents: 'export { default as en } from "./en.js";' }));
  },
};

/** The files of Swagger UI that pages are made of: what is a program for browsers goes as it is. */
async function copyPage(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of ["swagger-ui-bundle.js", "swagger-ui.css"])
    await copyFile(join(project, "node_modules/swagger-ui-dist", name), join(folder, name));
}

/** The licence of every package that is in the bundle, and of those beside it. */
function licences({ inputs }: Metafile, beside: readonly string[]): string {
  const packages = new Set(Object.keys(inputs).flatMap((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []));
  return [...packages, ...beside].toSorted().map(licence).join("\n");
}

function licence(name: string): string {
  const folder = join(project, "node_modules", name);
  const manifest: unknown = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const version = typeof manifest === "object" && manifest !== null && "version" in manifest ? String(manifest.version) : "";
  const file = readdirSync(folder).find((entry) => /^(un)?licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`${name} has no licence file: it can't be bundled`);
  return `${name} ${version}\n${"-".repeat(72)}\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
}

if (import.meta.main) {
  const dist = join(project, "dist");
  const { outputs } = await write(dist, programs);
  const sizes = Object.entries(outputs).map(([path, { bytes }]) => [relative(dist, join(project, path)), bytes] as const);
  const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0);
  const lines = [...sizes.toSorted(([, a], [, b]) => b - a), ["in all", total] as const];
  process.stdout.write(lines.map(([name, bytes]) => `${(bytes / 1000).toFixed(1).padStart(8)} kB  ${name}\n`).join(""));
}
