import { realpathSync } from "node:fs";
import { dirname, extname, join } from "node:path";

/** The policy agent's program: it is beside the one that runs, as a source or in a bundle. */
export function agentProgram(): string {
  const own = realpathSync(process.argv[1] ?? "");
  return join(dirname(own), `agent${extname(own)}`);
}
