import { type Checked, checked, error, failed, wholeFile } from "../../problem.ts";
import { readConfig, readManifest } from "../gateway-image.ts";
import type { Blob } from "../oci.ts";
import { type ImageReference, showReference } from "../reference.ts";
import type { Registry } from "../registry/registry.ts";
import type { LastLines } from "./last-lines.ts";
import type { KanikoBuild } from "./settings.ts";

/**
 * The manifest of what Kaniko says that it pushed, once the tag stands for that and it has the labels that were asked for. Else fails with
 * BuildFailed, as where an argument keeps Kaniko from pushing, or with what the registry says.
 */
export async function pushedImage(
  registry: Registry,
  { target, labels }: Pick<KanikoBuild, "target" | "labels">,
  digest: string,
  log: LastLines,
): Promise<Checked<Blob>> {
  const found = await registry.manifest(target.repository, target.tag ?? "latest");
  if (!found.ok) return found;
  const there = found.value?.descriptor.digest;
  if (found.value === undefined || there !== digest)
    return notThat(
      target,
      `Kaniko says that it pushed ${digest}, but the tag stands for ${there ?? "nothing"}. Look whether an argument keeps it from that, such as --no-push, and that no other builder has this tag.`,
      log,
    );
  const said = await labelsOf(registry, target, found.value);
  if (!said.ok) return said;
  const wrong = Object.entries(labels).find(([name, value]) => said.value[name] !== value);
  if (wrong === undefined) return checked(found.value, []);
  return notThat(
    target,
    `The image that Kaniko pushed has another label \`${wrong[0]}\` than was asked for: it is not used. Look whether an argument or the base (ONBUILD) changes it; then build it with --rebuild.`,
    log,
  );
}

const notThat = (target: ImageReference, why: string, log: LastLines) =>
  failed({ ...error("BuildFailed", wholeFile(showReference(target)), why), log: log.lines() });

async function labelsOf(registry: Registry, target: ImageReference, { bytes }: Blob): Promise<Checked<Readonly<Record<string, string>>>> {
  const name = showReference(target);
  const manifest = readManifest(name, bytes);
  if (!manifest.ok) return manifest;
  const blob = await registry.blob(target.repository, manifest.value.config);
  if (!blob.ok) return blob;
  const config = readConfig(name, blob.value);
  return config.ok ? checked(config.value.config?.Labels ?? {}, []) : config;
}
