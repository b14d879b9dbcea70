import { inside, type Node } from "../node.ts";

/** Whether a command in the node ends well. */
export async function succeeds(node: Node, command: readonly string[]): Promise<boolean> {
  try {
    await inside(node, command);
    return true;
  } catch {
    return false;
  }
}

/** Whether something listens on a TCP port of the node. */
export const listens = (node: Node, host: string, port: number): Promise<boolean> =>
  succeeds(node, ["bash", "-c", `exec 3<>/dev/tcp/${host}/${port}`]);
