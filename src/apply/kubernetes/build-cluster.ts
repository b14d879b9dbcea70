import { ApiException, type KubernetesObject, type V1ContainerState, type V1Job, type V1Pod } from "@kubernetes/client-node";
import type { BuildCluster, BuildState, MadeObject } from "../../image/kaniko/cluster.ts";
import { buildLabel, kanikoContainer } from "../../image/kaniko/job.ts";
import { type Checked, checked, error, failed, wholeFile } from "../../problem.ts";
import { Redacted } from "../../redacted.ts";
import { inTime } from "../in-time.ts";
import { buildNews } from "./build-news.ts";
import type { Client } from "./client.ts";
import { followLog } from "./follow-log.ts";
import { clusterProblem } from "./problems.ts";
import { NotLeading, openTransport } from "./transport.ts";
import { unlessGone } from "./unless-gone.ts";

/** The cluster that images are built in, through its API. `mayWrite` is asked right before each request that writes. */
export function buildCluster(client: Client, mayWrite: () => boolean = () => true): BuildCluster {
  const { server, config, batch, core } = client;
  const transport = openTransport(config);
  const asked = async <T>(what: string, act: () => Promise<T>): Promise<Checked<T>> => {
    try {
      return checked(await act(), []);
    } catch (thrown) {
      return failed(clusterProblem(server, what, thrown));
    }
  };
  /** The client itself waits for ever. */
  const answered = <T>(what: string, act: () => Promise<T>): Promise<Checked<T>> => asked(what, () => inTime(act(), patienceMs, late));
  const written = <T>(what: string, act: () => Promise<T>): Promise<Checked<T>> =>
    answered(what, () => (mayWrite() ? act() : Promise.reject(new NotLeading())));
  return {
    create: (object) => {
      const { kind } = object;
      return written(`create a ${String(kind)}`, () => made(client, object));
    },
    dockerConfig: async (namespace, name) => {
      const secret = await answered(`read the Secret ${namespace}/${name}`, () => core.readNamespacedSecret({ namespace, name }));
      if (!secret.ok) return secret;
      const text = secret.value.data?.[".dockerconfigjson"];
      if (text !== undefined) return checked(new Redacted(Buffer.from(text, "base64").toString("utf8")), []);
      const advice = "Make one with `kubectl create secret docker-registry`.";
      return failed(
        error("ClusterFailed", wholeFile(`secret/${name}`), `The Secret is not of the type kubernetes.io/dockerconfigjson. ${advice}`),
      );
    },
    state: (namespace, job) =>
      answered("follow the Job", async () => {
        const [found, pods] = await Promise.all([
          unlessGone(() => batch.readNamespacedJob({ namespace, name: job })),
          core.listNamespacedPod({ namespace, labelSelector: `${buildLabel}=${job}` }),
        ]);
        // A Job of the same name before it may have one that has not ended yet.
        const pod = pods.items.find(({ metadata }) => metadata?.deletionTimestamp === undefined) ?? pods.items[0];
        return found === undefined ? { kind: "gone" } : stateOf(found, pod);
      }),
    news: (namespace, job, signal) => buildNews(transport, namespace, job, signal),
    followLog: (namespace, pod, write, signal) =>
      asked("read the build's log", () =>
        followLog(config, { namespace, pod, container: kanikoContainer }, { follow: true }, write, signal),
      ),
    remove: (namespace, name) =>
      written("remove the Job", async () => {
        await batch.deleteNamespacedJob({ namespace, name, propagationPolicy: "Background" });
      }),
  };
}

/** Makes an object; of a build that is taken up it is there already. */
async function made({ objects, batch }: Client, object: KubernetesObject): Promise<MadeObject> {
  try {
    return { uid: uidOf(await objects.create({ ...object })), isNew: true };
  } catch (thrown) {
    if (!(thrown instanceof ApiException && thrown.code === 409)) throw thrown;
    const { name = "", namespace = "" } = object.metadata ?? {};
    return { uid: object.kind === "Job" ? uidOf(await batch.readNamespacedJob({ namespace, name })) : "", isNew: false };
  }
}

/** Others may put containers of their own into the pod. */
const stateOfKaniko = (pod: V1Pod | undefined): V1ContainerState | undefined =>
  pod?.status?.containerStatuses?.find(({ name }) => name === kanikoContainer)?.state;

const patienceMs = 30_000;

const late = (): never => {
  throw Object.assign(new Error("no answer in time"), { code: "ETIMEDOUT" });
};

const uidOf = ({ metadata }: KubernetesObject): string => metadata?.uid ?? "";

function stateOf(job: V1Job, pod: V1Pod | undefined): BuildState {
  const name = pod?.metadata?.name;
  const container = stateOfKaniko(pod);
  const condition = job.status?.conditions?.find(({ type, status }) => (type === "Complete" || type === "Failed") && status === "True");
  if (condition?.type === "Failed")
    return { kind: "failed", pod: container?.terminated === undefined ? undefined : name, why: whyFailed(condition, pod) };
  if (condition?.type === "Complete")
    return name === undefined
      ? { kind: "failed", pod: undefined, why: "It ended, but its pod is gone, and with it the image's digest." }
      : { kind: "succeeded", pod: name, message: container?.terminated?.message ?? "" };
  if (name !== undefined && (container?.running !== undefined || container?.terminated !== undefined))
    return { kind: "running", pod: name };
  return { kind: "waiting", why: whyWaiting(pod) };
}

/** What the pod says is nearer to the cause than its Job: that it was evicted, or had too little memory. */
function whyFailed({ reason, message }: { readonly reason?: string; readonly message?: string }, pod: V1Pod | undefined): string {
  if (reason === "DeadlineExceeded") return "Its time was over.";
  const { reason: ended } = stateOfKaniko(pod)?.terminated ?? {};
  if (ended === "OOMKilled")
    return "It had too little memory (OOMKilled): raise the memory that the namespace of builds gives a container, as by its LimitRange.";
  const cause = pod?.status?.reason ?? (ended === "Error" ? undefined : ended);
  const said = [cause, pod?.status?.message].filter((one) => one !== undefined).join(": ");
  return `Its Job failed (${said === "" ? (message ?? reason ?? "the cluster does not say why") : said}).`;
}

/** What holds a pod up: it finds no node, or its container cannot start (Kubernetes: "Pod Lifecycle"). */
function whyWaiting(pod: V1Pod | undefined): string | undefined {
  const waiting = stateOfKaniko(pod)?.waiting;
  if (waiting?.reason !== undefined && waiting.reason !== "ContainerCreating") return said(waiting.reason, waiting.message);
  const unscheduled = pod?.status?.conditions?.find(({ type, status }) => type === "PodScheduled" && status === "False");
  return unscheduled === undefined ? undefined : said(unscheduled.reason ?? "Unschedulable", unscheduled.message);
}

const said = (reason: string, message: string | undefined): string =>
  `The build waits: ${reason}${message === undefined ? "." : `: ${message}`}`;
