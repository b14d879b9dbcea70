import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { until } from "../../../testing/until.ts";
import { echoObjects, requestFrom, rolledOut } from "../harness/echo.ts";
import { makeNamespace } from "../harness/namespace.ts";

describe("a Deployment of the echo image", { timeout: 180_000 }, () => {
  it("answers by its address, its name and the node's port; exec and logs work", async (t) => {
    const namespace = await makeNamespace(t);
    await namespace.apply(...echoObjects("echo", { replicas: 2, type: "NodePort" }));
    await rolledOut(namespace, "echo");
    const address = await namespace.field("service/echo", ".spec.clusterIP");
    const nodePort = await namespace.field("service/echo", ".spec.ports[0].nodePort");
    const node = await namespace.field("nodes", ".items[0].status.addresses[?(@.type=='InternalIP')].address");
    const urls = {
      "the ClusterIP": `http://${address}/by-address`,
      "the NodePort": `http://${node}:${nodePort}/by-port`,
      "the name in the namespace": "http://echo/by-name",
      "the whole name": `http://echo.${namespace.name}.svc.cluster.local/by-whole-name`,
    };
    for (const [what, url] of Object.entries(urls)) {
      const received = JSON.parse(await requestFrom(namespace, "echo", url));
      assert.equal(received.path, new URL(url).pathname, what);
    }
    assert.match(await namespace.kubectl("exec", "deployment/echo", "--", "node", "--version"), /^v26\./);
    await until("the log of a pod has a request", async () =>
      (await namespace.kubectl("logs", "--selector=app=echo", "--tail=-1")).includes("GET /by-whole-name"),
    );
  });

  it("a token of a service account works against the apiserver from inside", async (t) => {
    const namespace = await makeNamespace(t);
    await namespace.apply(...echoObjects("echo"));
    await rolledOut(namespace, "echo");
    const script = `
      const read = (name) => require("fs").readFileSync("/var/run/secrets/kubernetes.io/serviceaccount/" + name, "utf8");
      require("https").get("https://kubernetes.default.svc/version", { ca: read("ca.crt"), headers: { authorization: "Bearer " + read("token") } },
        (answer) => answer.pipe(process.stdout));`;
    const version = JSON.parse(await namespace.kubectl("exec", "deployment/echo", "--", "node", "-e", script));
    assert.match(version.gitVersion, /^v1\./);
  });
});
