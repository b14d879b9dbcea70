import { mkdtemp, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type Checked, checked, error, failed, wholeFile } from "../../problem.ts";
import type { Builder, BuildRequest, BuiltImage } from "../builder.ts";
import type { Registries } from "../copy-blob.ts";
import { layerBuilder } from "../layer-builder.ts";
import { showReference } from "../reference.ts";
import { writeArchive } from "./archive.ts";
import { openLayout } from "./layout.ts";

/** Stands for the layout among registries: no host has such a name. */
const here = "layout:";

/** Is told the folder that a build works in, and gives what is to be called when that is gone. */
type Works = (folder: string) => () => void;

/** Makes images as a file to be loaded (`docker load`), in place of one in a registry. What is at its path is replaced when it is whole. */
export const tarBuilder = (registries: Registries, file: string, works: Works): Builder => ({
  name: "tar",
  build: async (request) => {
    let aside: string;
    try {
      aside = await mkdtemp(join(dirname(file), `.${basename(file)}.`));
    } catch (thrown) {
      return unwritable(file, thrown);
    }
    const done = works(aside);
    try {
      return await build(registries, request, aside, file);
    } catch (thrown) {
      return unwritable(file, thrown);
    } finally {
      await rm(aside, { recursive: true, force: true });
      done();
    }
  },
});

async function build(registries: Registries, request: BuildRequest, aside: string, file: string): Promise<Checked<BuiltImage>> {
  const layout = await openLayout(aside);
  const open: Registries = (name) => (name === here ? layout : registries(name));
  // What refers to an image is listed by registries alone.
  const built = await layerBuilder(open).build({ ...request, target: { ...request.target, registry: here }, attachments: [] });
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
