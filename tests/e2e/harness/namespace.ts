import { randomBytes } from "node:crypto";
import { run } from "../cluster/command.ts";
import { ofNamespace } from "./questions.ts";
import { reportFailure, type Tested } from "./report.ts";
import { target } from "./target.ts";

/** What a namespace goes with: a test's context is one. */
export interface Ending extends Tested {
  after(end: () => Promise<void>): void;
}

/** A namespace of one test. */
export interface Namespace {
  readonly name: string;
  /** Runs kubectl in the namespace: what it wrote to stdout. */
  kubectl(...args: readonly string[]): Promise<string>;
  /** Applies objects (server-side). */
  apply(...objects: readonly object[]): Promise<void>;
  /** A field of an object, by a JSONPath such as `.spec.clusterIP`. */
  field(object: string, path: string): Promise<string>;
  /** Waits until an object has a condition, and fails after so many seconds. */
  condition(object: string, condition: string, seconds?: number): Promise<void>;
}

/** From now on pods of the namespace are restricted (Kubernetes: "Pod Security Standards"); those that are there stay. */
export const restrictPods = ({ name, kubectl }: Namespace): Promise<string> =>
  kubectl("label", "namespace", name, "pod-security.kubernetes.io/enforce=restricted");

/** Makes a namespace for a test. It goes with the test; of one that failed, what the cluster says goes into the report first. */
export async function makeNamespace(t: Ending): Promise<Namespace> {
  const name = `e2e-${randomBytes(4).toString("hex")}`;
  const kubectl = (...args: readonly string[]): Promise<string> => run([...target.kubectl, "--namespace", name, ...args]);
  await kubectl("create", "namespace", name);
  t.after(async () => {
    await reportFailure(t, ofNamespace(kubectl));
    await kubectl("delete", "namespace", name, "--wait=false");
  });
  return {
    name,
    kubectl,
    async apply(...objects) {
      const list = { apiVersion: "v1", kind: "List", items: objects };
      const command = [...target.kubectl, "--namespace", name, "apply", "--server-side", "--filename=-"];
      await run(command, { input: JSON.stringify(list) });
    },
    field: (object, path) => kubectl("get", object, `--output=jsonpath={${path}}`),
    async condition(object, condition, seconds = 60) {
      await kubectl("wait", `--for=condition=${condition}`, object, `--timeout=${seconds}s`);
    },
  };
}
