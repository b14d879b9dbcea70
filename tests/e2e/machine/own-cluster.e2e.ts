import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { before, describe, it } from "node:test";
import { until } from "../../../testing/until.ts";
import { processesOf } from "../cluster/cgroups.ts";
import { run } from "../cluster/command.ts";
import { enteringNetwork, inside } from "../cluster/node.ts";
import { clusterFolder, nodeAddress, registry, secureRegistry } from "../cluster/place.ts";
import { ofNamespace } from "../harness/questions.ts";
import { reportFailures } from "../harness/report.ts";
import { type E2eCluster, findE2eCluster } from "./e2e-cluster.ts";
import { clusterCommand } from "./program.ts";
import { ofNode } from "./questions.ts";

const portico = resolve(import.meta.dirname, "../../../src/cli/portico.ts");
const pets = {
  openapi: "3.1.0",
  info: { title: "Pets", version: "1" },
  servers: [{ url: "http://pets" }],
  paths: { "/pets": { get: { responses: {} } } },
};
const secure = `${secureRegistry.name}:${secureRegistry.port}`;

describe("what our own cluster has beside Kubernetes", { timeout: 180_000 }, () => {
  let e2e: E2eCluster;
  before(async () => {
    e2e = await findE2eCluster();
  });

  const kubectl = (...args: readonly string[]): Promise<string> => e2e.kubectl(...args);
  const skopeo = (...args: readonly string[]): Promise<string> =>
    inside(e2e.node, ["env", "SSL_CERT_FILE=/run/node/pki/ca.crt", "skopeo", "--insecure-policy", ...args]);
  reportFailures([...ofNamespace(kubectl), ...ofNode("e2e")]);

  it("a registry with TLS that wants a password: for pushing, for pods, and nobody without it", async (t) => {
    const { user, password } = secureRegistry;
    const image = `${secure}/private/echo:1`;
    const copy = ["copy", "--quiet", "--src-tls-verify=false", `docker://${registry.name}:${registry.port}/echo:test`, `docker://${image}`];
    await assert.rejects(skopeo(...copy), /authentication required|unauthorized/);
    await assert.rejects(skopeo(...copy, `--dest-creds=${user}:wrong`), /authentication required|unauthorized/);
    await skopeo(...copy, `--dest-creds=${user}:${password}`);
    t.after(async () => {
      await kubectl("delete", "pod/with-password", "pod/without", "secret/secure", "--wait=false");
    });
    await kubectl(
      "create",
      "secret",
      "docker-registry",
      "secure",
      `--docker-server=${secure}`,
      `--docker-username=${user}`,
      `--docker-password=${password}`,
    );
    const pod = (name: string, imagePullSecrets: readonly object[]) => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name },
      spec: { imagePullSecrets, containers: [{ name: "echo", image, imagePullPolicy: "Always" }] },
    });
    await e2e.apply(pod("with-password", [{ name: "secure" }]), pod("without", []));
    await kubectl("wait", "--for=condition=Ready", "pod/with-password", "--timeout=60s");
    await until(
      "the pod without the password is refused its image",
      async () =>
        /ErrImagePull|ImagePullBackOff/.test(await kubectl("get", "pod/without", "--output=jsonpath={.status.containerStatuses}")),
      30_000,
    );
  });

  it("that registry takes a gateway's image from who knows its authority and the password, and from nobody else", async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "portico-e2e-"));
    t.after(() => rm(folder, { recursive: true }));
    const { user, password } = secureRegistry;
    // This machine's names are not the node's: the registry's certificate is for its address, too.
    const here = `${nodeAddress}:${secureRegistry.port}`;
    const login = { auths: { [here]: { auth: Buffer.from(`${user}:${password}`).toString("base64") } } };
    await writeFile(join(folder, "config.json"), JSON.stringify(login));
    await writeFile(join(folder, "pets.json"), JSON.stringify(pets));
    const source = `docker://${registry.name}:${registry.port}/envoy:test`;
    await skopeo("copy", "--quiet", "--src-tls-verify=false", `--dest-creds=${user}:${password}`, source, `docker://${secure}/envoy:test`);
    const build = (config: string, ...args: readonly string[]): Promise<string> => {
      const command = ["image", "build", join(folder, "pets.json"), "--base", `${here}/envoy:test`, "--to", `${here}/pets`, ...args];
      return run(enteringNetwork(e2e.node, [process.execPath, portico, ...command]), { env: { ...process.env, DOCKER_CONFIG: config } });
    };
    const trusting = ["--registry-ca", join(clusterFolder(e2e.node.cluster), "pki/ca.crt")];
    await assert.rejects(build(folder), /RegistryUntrusted/);
    await assert.rejects(build("/nowhere", ...trusting), /RegistryDenied/);
    assert.match(await build(folder, ...trusting), /^10\.99\.0\.1:5443\/pets:1@sha256:[0-9a-f]{64}\n?$/);
  });

  it("an apiserver that other API servers can trust (the aggregation layer)", async () => {
    const trust = await kubectl(
      "--namespace=kube-system",
      "get",
      "configmap/extension-apiserver-authentication",
      "--output=jsonpath={.data}",
    );
    assert.match(trust, /requestheader-client-ca-file/);
    assert.match(trust, /front-proxy-client/);
  });

  it("no way out of its network: what is not in it is looked for on a bridge that nothing is plugged into", async () => {
    const [way] = JSON.parse(await inside(e2e.node, ["ip", "-json", "route", "get", "198.51.100.1"]));
    assert.equal(way.dev, "node0");
    assert.deepEqual(JSON.parse(await inside(e2e.node, ["ip", "-json", "link", "show", "master", "node0"])), []);
  });

  it("what `exec` starts in it ends when `exec` is told to, as Ctrl-C does, with its exit code", async (t) => {
    const [program = "", ...args] = clusterCommand("--name", "e2e", "exec", "--", "sh", "-c", "echo $$; exec sleep 1000");
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
    t.after(() => child.kill("SIGKILL"));
    const [pid] = await once(child.stdout, "data");
    assert.ok(processesOf("e2e").has(Number(pid)));
    child.kill("SIGINT");
    assert.deepEqual(await once(child, "close"), [130, null]);
    assert.ok(!processesOf("e2e").has(Number(pid)));
  });
});
