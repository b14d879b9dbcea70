import { type Checked, error, failed, wholeFile } from "../problem.ts";
import type { PreparedGateway } from "./prepare.ts";

/** The first Node whose permissions are about connections, too (Node.js: "Permissions"). */
const oldestNode = 25;

/** A gateway, where the Node that runs this can confine its functions. Fails with NeedsNode. */
export function functionsRunHere(prepared: Checked<PreparedGateway>, version = process.versions.node): Checked<PreparedGateway> {
  if (!prepared.ok || Number.parseInt(version, 10) >= oldestNode) return prepared;
  const first = prepared.value.apis.find(({ model }) => model.interception !== undefined);
  if (first === undefined) return prepared;
  const advice = `Run Portico by Node ${oldestNode} or newer, or leave out \`interceptors\`; images bring a Node of their own.`;
  const message = `This is Node ${version}, which cannot confine the document's functions. ${advice}`;
  return failed(...prepared.problems, error("NeedsNode", wholeFile(first.document.root.file.name), message));
}
