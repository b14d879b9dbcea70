import { z } from "zod";
import { manifestPath, operationsPath } from "../compile/gateway-folder.ts";
import type { GatewayManifest } from "../compile/manifest.ts";
import { type Checked, checked, error, failed, type Problem, wholeFile } from "../problem.ts";
import { hasMoreSigns } from "../text/parse.ts";
import { readBase } from "./base-image.ts";
import { gatewayFolderInImage } from "./builder.ts";
import { type BaseImage, labelNames } from "./gateway-image.ts";
import { readLayer } from "./layer.ts";
import { patches } from "./patches.ts";
import { type ImageReference, showReference } from "./reference.ts";
import type { Registry } from "./registry/registry.ts";

const location = z.discriminatedUnion("in", [
  z.object({ in: z.literal("header"), name: z.string(), prefix: z.string() }),
  z.object({ in: z.literal("query"), name: z.string() }),
  z.object({ in: z.literal("cookie"), name: z.string() }),
]);

/** What a gateway's image says of itself, as far as it is shown. */
const manifest = z.object({
  contract: z.int(),
  inputHash: z.string(),
  apis: z.array(
    z.object({
      name: z.string(),
      version: z.string(),
      owner: z.string().optional(),
      hosts: z.array(z.string()),
      basePath: z.string(),
      operations: z.int(),
      backends: z.array(z.string()),
      securities: z.array(
        z.object({
          name: z.string(),
          locations: z.array(location),
          decides: z.string(),
          asksAgent: z.boolean().default(false),
          // Older images do not say it.
          takesTokens: z.boolean().default(true),
        }),
      ),
      errors: z.literal("wso2").optional(),
      credentialSets: z.array(z.array(z.string())),
      globalLimits: z.array(z.string()).default([]),
      validators: z.string().optional(),
      interceptors: z.object({ hash: z.string(), mayConnect: z.boolean() }).optional(),
      keepsAnswers: z.literal(true).optional(),
      patches: patches.optional(),
    }),
  ),
});

/** What an image that is made with this manifest says, as it is read out of it again. */
export const manifestRead = (made: GatewayManifest): z.infer<typeof manifest> => manifest.parse(JSON.parse(JSON.stringify(made)));

/** The operations of each API, as far as they are shown. Names are anybody's: a map has no others of its own. */
const operations = z
  .record(
    z.string(),
    z.array(z.object({ id: z.string(), method: z.string(), path: z.string(), policies: z.record(z.string(), z.unknown()) })),
  )
  .transform((byApi) => new Map(Object.entries(byApi)));

type ImageOperations = z.infer<typeof operations>;
export type ImageOperation = NonNullable<ReturnType<ImageOperations["get"]>>[number];

/** What is in a gateway's image. */
export interface ImageContents {
  readonly digest: string;
  readonly platforms: readonly string[];
  readonly manifest: z.infer<typeof manifest>;
  readonly operations: ImageOperations;
  readonly labels: Readonly<Record<string, string>>;
  /** The gateway's files by their paths in its folder. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** Thirty times what GitHub's document makes, compressed. Whoever may name an image could else fill an operator's memory. */
const largestLayer = 32 * 1024 * 1024;

/** Deeper than anything that an image says of itself. */
const deepest = 30;

/** What is in an image: of an index, in its first. Fails with ImageMissing, BadImage or ForeignImage, or with what the registry says. */
export async function contentsOf(registry: Registry, reference: ImageReference): Promise<Checked<ImageContents>> {
  const base = await readBase(registry, reference);
  if (!base.ok) return base;
  const images = base.value.kind === "image" ? [base.value.image] : base.value.images.map(({ image }) => image);
  const [first] = images;
  const name = showReference(reference);
  const foreign = failed(error("ForeignImage", wholeFile(name), "The image holds no gateway of Portico. Name one that does."));
  if (first?.config.config?.Labels?.[labelNames.inputHash] === undefined) return foreign;
  const files = await gatewayFiles(registry, reference, first);
  if (!files.ok) return files;
  const said = manifest.safeParse(saidIn(files.value.get(manifestPath)));
  const listed = operations.safeParse(saidIn(files.value.get(operationsPath)));
  if (!said.success || !listed.success) return foreign;
  const platforms = images.map(({ config }) => `${config.os}/${config.architecture}`);
  return checked(
    {
      digest: base.value.digest,
      platforms,
      manifest: said.data,
      operations: listed.data,
      labels: first.config.config?.Labels ?? {},
      files: files.value,
    },
    [],
  );
}

/** As much as an operator can have in memory of what somebody else says of an image: ten times what GitHub's says. */
const mostSigns = 1_000_000;

/** What a file of an image says in JSON (UTF-8); undefined where it is none, or has more signs or depth than anybody needs. */
export function saidIn(bytes: Uint8Array | string | undefined): unknown {
  try {
    const text = Buffer.from(bytes ?? "").toString("utf8");
    if (hasMoreSigns(text, mostSigns)) return undefined;
    const value: unknown = JSON.parse(text);
    return isShallow(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isShallow(value: unknown): boolean {
  let level: readonly unknown[] = [value];
  for (let depth = 0; depth < deepest && level.length > 0; depth++)
    level = level.flatMap((one) => (typeof one === "object" && one !== null ? Object.values(one) : []));
  return level.length === 0;
}

/** The gateway's files. They are one layer's: what a layer above has of them would be another gateway than the one it says it is. */
async function gatewayFiles(
  registry: Registry,
  { repository, ...rest }: ImageReference,
  { manifest: { layers } }: BaseImage,
): Promise<Checked<ReadonlyMap<string, Uint8Array>>> {
  const folder = `${gatewayFolderInImage}/`;
  for (const descriptor of layers.toReversed()) {
    const bytes = await registry.blob(repository, descriptor, largestLayer);
    if (!bytes.ok) return bytes;
    const all = await readLayer(bytes.value, (path) => path.startsWith(folder)).catch(() => undefined);
    if (all === undefined) {
      const where = wholeFile(showReference({ repository, ...rest }));
      return failed(error("BadImage", where, "A layer of the image is no tar file that can be read. Push the image again."));
    }
    const found = [...all]
      .filter(([path]) => path.startsWith(folder))
      .map(([path, content]) => [path.slice(folder.length), content] as const);
    if (found.some(([path]) => path === manifestPath)) return checked(new Map(found), []);
    if (found.length > 0 || [...all.keys()].some((path) => path.startsWith(".wh."))) return failed(changedAbove({ repository, ...rest }));
  }
  return checked(new Map(), []);
}

const changedAbove = (reference: ImageReference): Problem =>
  error(
    "ForeignImage",
    wholeFile(showReference(reference)),
    "A layer on top changes the gateway's files. Name the image that Portico made.",
  );
