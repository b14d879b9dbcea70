import assert from "node:assert/strict";
import { renameSync, rmSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { until } from "../../../testing/until.ts";
import { freeze } from "../cluster/cgroups.ts";
import { run } from "../cluster/command.ts";
import { findNode, inside } from "../cluster/node.ts";
import { clusterFolder } from "../cluster/place.ts";
import { prepare } from "../cluster/up.ts";
import { kubectlQuestion } from "../harness/questions.ts";
import { reportFailures } from "../harness/report.ts";
import { cluster, clusterCommand, killedWhenItSays } from "./program.ts";
import { ofNode } from "./questions.ts";
import { snapshot } from "./snapshot.ts";

const name = ["--name", "e2e-machine"];

describe("a cluster comes and goes", { timeout: 300_000 }, () => {
  const look = () => snapshot("e2e");
  const before = look();
  const said = async (...args: readonly string[]): Promise<string> => {
    const { stdout, stderr } = await cluster(...name, ...args);
    return `${stdout}${stderr}`;
  };
  const kubectl = (...args: readonly string[]): Promise<string> => said("kubectl", ...args);
  reportFailures([
    { what: "npm run cluster status", ask: () => said("status") },
    kubectlQuestion(kubectl, "get all,events --all-namespaces --output=wide"),
    kubectlQuestion(kubectl, "describe pods --all-namespaces"),
    ...ofNode("e2e-machine"),
  ]);
  after(() => cluster("down", ...name));

  const leavesNothing = async (): Promise<void> => {
    const { exit, stderr } = await cluster("down", ...name);
    assert.equal(exit, 0, stderr);
    // What held a lock for a killed program ends when it notices, and the machine's first process collects what is dead in its own time.
    await until("the processes are those from before", () => isDeepStrictEqual(look().processes, before.processes));
    assert.deepEqual(look(), before);
  };

  /** An image from a folder of this machine runs as a pod; one from a tar file is there, too; what is none is said. */
  const loadsImages = async (): Promise<void> => {
    const echo = (await prepare(() => {})).images.find((image) => image.name === "echo") ?? assert.fail("there is no image of echo");
    const loaded = await cluster("load-image", ...name, echo.folder, "mine/echo:1.0");
    assert.equal(loaded.stdout, "registry.test:5000/mine/echo:1.0\n", loaded.stderr);
    await cluster(...name, "kubectl", "run", "mine", "--image=registry.test:5000/mine/echo:1.0");
    const ready = await cluster(...name, "kubectl", "wait", "--for=condition=Ready", "pod/mine", "--timeout=60s");
    assert.equal(ready.exit, 0, ready.stderr);
    const folder = await mkdtemp(join(tmpdir(), "portico-e2e-"));
    try {
      for (const form of ["oci-archive", "docker-archive"]) {
        const tar = join(folder, `${form}.tar`);
        await run(["skopeo", "--insecure-policy", "copy", "--quiet", `oci:${echo.folder}`, `${form}:${tar}`]);
        const again = await cluster("load-image", ...name, tar, form);
        assert.equal(again.stdout, `registry.test:5000/${form}:latest\n`, again.stderr);
      }
      await writeFile(join(folder, "oci-layout"), "{}");
      const broken = await cluster("load-image", ...name, folder, "broken");
      assert.equal(broken.exit, 1);
      assert.match(broken.stderr, /^\S+ cannot be loaded: [^\n]*index\.json: no such file or directory\n$/);
    } finally {
      await rm(folder, { recursive: true });
    }
  };

  it("a second up changes nothing, a third at the same time neither; what a cluster does, this machine does not see; down leaves nothing", async () => {
    const first = await cluster("up", ...name);
    assert.equal(first.exit, 0, first.stderr);
    assert.equal(first.stdout, `${clusterFolder("e2e-machine")}/etc/admin.kubeconfig\n`);
    const running = look();
    for (const part of ["mounts", "interfaces", "routes", "packetFilters", "settings"] as const) {
      assert.deepEqual(running[part], before[part], part);
    }
    const pods = await cluster(...name, "kubectl", "get", "pods", "-A", "-o", "name");
    for (const again of await Promise.all([cluster("up", ...name), cluster("up", ...name)])) {
      assert.equal(again.exit, 0, again.stderr);
      assert.match(again.stderr, /It is up already\./);
    }
    assert.deepEqual(look().processes, running.processes);
    assert.deepEqual((await cluster(...name, "kubectl", "get", "pods", "-A", "-o", "name")).stdout, pods.stdout);
    assert.match((await cluster("status", ...name)).stdout, /^e2e-machine: up/);
    await loadsImages();
    for (const write of ["touch /dev/left", "echo 1 > /proc/sys/vm/swappiness", "echo 1 > /proc/sys/fs/file-max"]) {
      const node = findNode("e2e-machine") ?? assert.fail("it is up");
      await assert.rejects(inside(node, ["sh", "-c", write]), /Read-only file system/);
    }
    await leavesNothing();
    await leavesNothing();
    assert.equal((await cluster("status", ...name)).exit, 1);
  });

  for (const moment of ["node: namespaces", "certificates", "etcd", "kube-apiserver", "Node ready"]) {
    it(`an up that is killed after "${moment}" leaves what down can remove`, async () => {
      await killedWhenItSays(new RegExp(`^${moment}`), clusterCommand("up", ...name));
      await leavesNothing();
    });
  }

  it("after an up that was killed, up makes a whole cluster; one whose folder was removed, and that is frozen, can be taken down", async () => {
    await killedWhenItSays(/^kube-apiserver/, clusterCommand("up", ...name));
    const second = await cluster("up", ...name);
    assert.equal(second.exit, 0, second.stderr);
    assert.match((await cluster("status", ...name)).stdout, /^e2e-machine: up/);
    const elsewhere = `${clusterFolder("e2e-machine")}-taken-away`;
    renameSync(clusterFolder("e2e-machine"), elsewhere);
    freeze("e2e-machine");
    assert.equal((await cluster("down", ...name)).exit, 0);
    rmSync(elsewhere, { recursive: true });
    await leavesNothing();
  });
});
