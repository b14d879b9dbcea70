import type { GatewayFiles } from "../../compile/engine.ts";
import { makeLayer, readLayer } from "../layer.ts";

/** A ConfigMap holds at most 1 MiB, and its bytes travel as base64, four for three (Kubernetes: ConfigMap). */
const mostBytes = 700 * 1024;

const partName = (index: number): string => `project.tar.gz.${String(index).padStart(3, "0")}`;
const partPattern = /^project\.tar\.gz\.\d{3}$/;

/** A project as it travels to where it is built: compressed, and split into parts that fit into a ConfigMap, by their names. */
export async function packProject(files: GatewayFiles, partBytes = mostBytes): Promise<ReadonlyMap<string, Uint8Array>> {
  const { bytes } = await makeLayer(files);
  const count = Math.ceil(bytes.length / partBytes);
  return new Map(
    Array.from({ length: count }, (_, index) => [partName(index), bytes.subarray(index * partBytes, (index + 1) * partBytes)] as const),
  );
}

/** Whether a folder with these names holds a packed project. */
export const isPacked = (names: readonly string[]): boolean => names.some((name) => partPattern.test(name));

/** The files of a packed project, by their paths. Rejects where the parts are not whole. */
export async function unpackProject(names: readonly string[], read: (name: string) => Uint8Array): Promise<ReadonlyMap<string, string>> {
  const parts = names.filter((name) => partPattern.test(name)).toSorted();
  const files = await readLayer(Buffer.concat(parts.map(read)));
  return new Map([...files].map(([path, content]) => [path, Buffer.from(content).toString("utf8")] as const));
}
