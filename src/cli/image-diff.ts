import { contentsOf, type ImageContents } from "../image/contents.ts";
import { type ChangedOperation, changedOperations } from "../image/diff.ts";
import { parseReference } from "../image/reference.ts";
import { failure } from "./failure.ts";
import type { ImageShowOptions } from "./image.ts";
import { printable, printableJson } from "./printable.ts";
import { openRegistries } from "./registries.ts";

/** Writes how two gateways' images differ on stdout; the exit code. */
export async function diffImages(before: string, after: string, options: ImageShowOptions): Promise<number> {
  const [from, to] = [parseReference(before), parseReference(after)];
  if (!from.ok || !to.ok) return failure([...from.problems, ...to.problems]);
  const registries = await openRegistries(options);
  if (!registries.ok) return failure(registries.problems);
  const { open, close } = registries.value;
  const [old, now] = await Promise.all([from.value, to.value].map((image) => contentsOf(open(image.registry), image))).finally(close);
  if (!old?.ok || !now?.ok) return failure([...(old?.problems ?? []), ...(now?.problems ?? [])]);
  const operations = changedOperations(old.value, now.value);
  const said = options.json ? printableJson(asJson(old.value, now.value, operations)) : asText(operations);
  process.stdout.write(said);
  if (operations.length === 0 && !options.json) process.stderr.write(`${nothingChanged(old.value, now.value)}\n`);
  return 0;
}

const asJson = (before: ImageContents, after: ImageContents, operations: readonly ChangedOperation[]): object => ({
  before: { digest: before.digest, inputHash: before.manifest.inputHash },
  after: { digest: after.digest, inputHash: after.manifest.inputHash },
  operations,
});

function nothingChanged(before: ImageContents, after: ImageContents): string {
  if (before.digest === after.digest) return "It is the same image.";
  if (before.manifest.inputHash === after.manifest.inputHash) return "Made from the same input, on other bases or with other labels.";
  return "Every operation is the same; what differs is the published document, or the name, version, hosts or backends of an API.";
}

const signs = { added: "+", removed: "-", changed: "~" } as const;

function asText(operations: readonly ChangedOperation[]): string {
  const lines = operations.flatMap(({ method, path, change, policies }) => [
    `${signs[change]} ${method} ${path}`,
    ...policies.map(({ policy, before, after }) => `    ${policy}: ${show(before)} -> ${show(after)}`),
  ]);
  return lines.map((line) => `${printable(line)}\n`).join("");
}

const show = (value: unknown): string => (value === undefined ? "none" : typeof value === "string" ? value : JSON.stringify(value));
