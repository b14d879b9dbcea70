import { fileURLToPath } from "node:url";
import { pageExamples, type Step } from "../../../testing/page-examples.ts";

/** The pages of what people do in Kubernetes, in the order in which they do it. */
const pages = ["install", "add", "update", "promote", "troubleshoot"];

/** All files and commands of these pages, one page after the other. */
export function kubernetesPages(): { readonly files: ReadonlyMap<string, string>; readonly commands: readonly Step[] } {
  const all = pages.map((name) => pageExamples(fileURLToPath(new URL(`../../../docs/kubernetes/${name}.md`, import.meta.url))));
  return {
    files: new Map(all.flatMap(({ files }) => [...files])),
    commands: all.flatMap(({ consoles }) => consoles.flatMap(({ steps }) => steps)),
  };
}
