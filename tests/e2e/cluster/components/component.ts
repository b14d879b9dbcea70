import type { Node } from "../node.ts";

/** A process of the node: what it is configured with, how it is started, and how one sees that it does its work. */
export interface Component {
  readonly name: string;
  /** Files in the cluster's folder that it reads: path -> text. */
  readonly files: Readonly<Record<string, string>>;
  readonly command: readonly string[];
  /** Whether it answers, or is known to by what follows. */
  readonly ready: (node: Node) => Promise<boolean>;
}
