import { mkdtemp, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type Checked, checked, error, failed, wholeFile } from "../../problem.ts";
import type { Builder, BuildRequest, BuiltImage } from "../builder.ts";
import type { Registries } from "../copy-blob.ts";
import { layerBuilder } from "../layer-builder.ts";
import { showReference } from "../reference.ts";
import type { Registry } from "../registry/registry.ts";
import type { Retries } from "../registry/retry.ts";
import { writeArchive } from "./archive.ts";
import { openLayout } from "./layout.ts";

/** Stands for the layout among registries: no host has such a name. */
const here = "layout:";

/** What the building of a file has around it. */
interface FileSurroundings {
  /** Is told the folder that a build works in, and gives what is to be called when that is gone. */
  readonly works: (folder: string) => () => void;
  /** Lets somebody see what is stored there, as of a registry. */
  readonly watched: (layout: Registry) => Registry;
  /** How often what a registry sends is asked for again. */
  readonly retries: Retries;
}

/** Makes images as a file to be loaded (`docker load`), in place of one in a registry. What is at its path is replaced when it is whole. */
export const tarBuilder = (registries: Registries, file: string, around: FileSurroundings): Builder => ({
  name: "tar",
  build: async (request) => {
    let aside: string;
    try {
      aside = await mkdtemp(join(dirname(file), `.${basename(file)}.`));
    } catch (thrown) {
      return unwritable(file, thrown);
    }
    const done = around.works(aside);
    try {
      return await build(registries, request, { aside, file, ...around });
    } catch (thrown) {
      return unwritable(file, thrown);
    } finally {
      await rm(aside, { recursive: true, force: true });
      done();
    }
  },
});

async function build(
  registries: Registries,
  request: BuildRequest,
  { aside, file, watched, retries }: FileSurroundings & { readonly aside: string; readonly file: string },
): Promise<Checked<BuiltImage>> {
  const layout = await openLayout(aside, retries);
  const seen = watched(layout);
  const open: Registries = (name) => (name === here ? seen : registries(name));
  // What refers to an image is listed by registries alone.
  const built = await layerBuilder(open).build({ ...request, target: { ...request.target, registry: here }, attachments: () => [] });
  if (!built.ok) return built;
  await writeArchive(layout, showReference(request.target), join(aside, "archive.tar"));
  await rename(join(aside, "archive.tar"), file);
  const { digest } = built.value;
  return checked({ reference: { ...request.target, digest }, digest }, []);
}

const unwritable = (file: string, thrown: unknown) =>
  failed(
    error(
      "OutputRefused",
      wholeFile(file),
      `The file cannot be written (${thrown instanceof Error ? thrown.message : String(thrown)}). Name another one.`,
    ),
  );
