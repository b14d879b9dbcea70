import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, fstatSync, openSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bundle } from "../../../scripts/bundle.ts";
import { customResourceDefinition } from "../../../src/api/crd.ts";
import { kindNames } from "../../../src/api/kinds.ts";
import { applyManifests } from "../../../src/apply/kubernetes/apply-manifest.ts";
import { openClient } from "../../../src/apply/kubernetes/client.ts";
import { openTransport } from "../../../src/apply/kubernetes/transport.ts";
import { operatorMonitoringPort, operatorNodeOptions } from "../../../src/workloads/operator.ts";
import { must } from "../../../testing/envoy.ts";
import { until } from "../../../testing/until.ts";
import { pushed, registryOptions } from "../harness/gateway.ts";
import { type Ending, makeNamespace } from "../harness/namespace.ts";
import { reportFailure } from "../harness/report.ts";
import { target, testImage } from "../harness/target.ts";
import { testFolder } from "../harness/test-folder.ts";

/** An operator that runs as a process beside the cluster, and is started again when it ends, as kubelet would. */
export interface OperatorProcess {
  /** Kills it (SIGKILL), wherever it is. */
  kill(): void;
  readonly pid: number;
  /** How often it was started. */
  readonly starts: number;
  /** A figure of its own, such as `portico_queue_depth`; undefined while it does not answer. */
  metric(name: string): Promise<number | undefined>;
  /** Whether it knows the cluster, leads, and has nothing more to do. */
  isIdle(): Promise<boolean>;
  /** Waits until it is. */
  idle(boundMs?: number): Promise<void>;
  /** Ends it, as one is told to. */
  stop(): Promise<void>;
}

interface Started {
  /** The registry's host. */
  readonly host?: string;
  /** What it shows the cluster's API that it is who it is. */
  readonly token?: string;
}

/** Runs the operator against an API that is reached by a URL, with a registry's path of its own for images. */
export async function startOperator(
  t: Ending,
  url: string,
  repository: string,
  { host = target.pushRegistry, token }: Started = {},
): Promise<OperatorProcess> {
  await installKinds();
  // Before the folder with its log goes.
  t.after(async () => {
    await reportFailure(t, [{ what: "the end of the operator's log", ask: async () => (await readFile(log, "utf8")).slice(-20_000) }]);
    await stop();
  });
  const folder = await testFolder(t);
  const namespace = await makeNamespace(t);
  const kubeconfig = join(folder, "kubeconfig");
  await writeFile(kubeconfig, kubeconfigOf(url, token));
  const registry = `${host}/e2e/${repository}`;
  const images = ["--registry", registry, "--base", pushed(testImage("envoy")), "--builder", "layer"];
  // As it is published: what it takes of memory is what it takes in a cluster.
  const program = await bundle(join(folder, "portico"));
  const command = [process.execPath, program, "operator", "run", "--namespace", namespace.name, ...images, ...registryOptions];
  const log = join(folder, "operator.log");
  let child: ChildProcess;
  let starts = 0;
  let stopped = false;
  /** Where the log of the one that runs begins. */
  let logBegin = 0;
  const start = (): void => {
    const output = openSync(log, "a");
    logBegin = fstatSync(output).size;
    const [node = "", ...args] = command;
    child = spawn(node, args, {
      env: { ...process.env, KUBECONFIG: kubeconfig, NODE_OPTIONS: operatorNodeOptions },
      stdio: ["ignore", output, output],
    });
    closeSync(output);
    starts++;
    child.once("exit", () => {
      if (!stopped) start();
    });
  };
  start();
  const stop = async (): Promise<void> => {
    stopped = true;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await ended;
  };
  const metric = async (name: string): Promise<number | undefined> => {
    const answer = await fetch(`http://127.0.0.1:${operatorMonitoringPort}/metrics`).catch(() => undefined);
    const value = new RegExp(`^${name} (\\S+)$`, "m").exec((await answer?.text()) ?? "")?.[1];
    return value === undefined ? undefined : Number(value);
  };
  const isIdle = async (): Promise<boolean> =>
    (await readFile(log)).subarray(logBegin).includes('"The operator works."') && (await metric("portico_queue_depth")) === 0;
  return {
    kill: () => void child.kill("SIGKILL"),
    get pid() {
      return child.pid ?? 0;
    },
    get starts() {
      return starts;
    },
    metric,
    isIdle,
    idle: async (boundMs = 120_000) => void (await until("the operator has nothing more to do", isIdle, boundMs)),
    stop,
  };
}

const kubeconfigOf = (url: string, token: string | undefined): string =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "proxy",
    clusters: [{ name: "proxy", cluster: { server: url, "insecure-skip-tls-verify": true } }],
    users: [{ name: "proxy", user: { token } }],
    contexts: [{ name: "proxy", context: { cluster: "proxy", user: "proxy" } }],
  });

async function installKinds(): Promise<void> {
  const transport = openTransport(must(openClient()).config);
  must(await applyManifests(transport, kindNames.map(customResourceDefinition)));
  transport.close();
}
