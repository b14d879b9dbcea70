import { ApiException } from "@kubernetes/client-node";
import { errorCode } from "../../error-code.ts";
import { error, type Problem, wholeFile } from "../../problem.ts";

/** What a cluster answered to a question, as a Problem; `what` says what was asked, such as "create a Job". */
export function clusterProblem(server: string, what: string, thrown: unknown): Problem {
  const where = wholeFile(server);
  if (!(thrown instanceof ApiException))
    return error(
      "ClusterUnreachable",
      where,
      `The cluster cannot be reached (${errorCode(thrown)}). Check the kubeconfig, and that it is up.`,
    );
  const said = messageOf(thrown.body);
  if (thrown.code === 401 || thrown.code === 403)
    return error("ClusterDenied", where, `The cluster does not let you ${what}: ${said} Ask whoever runs it for the right to do that.`);
  return error("ClusterFailed", where, `The cluster answers ${thrown.code} to the wish to ${what}: ${said}`);
}

/** The message of a Status (Kubernetes API: "Status v1 meta"), which comes as an object or as its JSON. */
function messageOf(body: unknown): string {
  try {
    const status: unknown = typeof body === "string" ? JSON.parse(body) : body;
    if (typeof status === "object" && status !== null && "message" in status) return `${String(status.message).replace(/\.?$/, ".")}`;
  } catch {
    // What is no JSON says nothing to people.
  }
  return "it does not say why.";
}
