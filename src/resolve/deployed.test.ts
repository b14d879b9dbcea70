import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readResources } from "../api/resource.ts";
import type { Problem } from "../problem.ts";
import { backendObjects } from "../workloads/backend.ts";
import { endpointBackend } from "./backends.ts";
import type { ClusterSettings } from "./settings.ts";
import { backendWorkload } from "./workload.ts";

const cluster: ClusterSettings = { namespace: "shop", apiName: undefined, deployedHost: (name) => `${name}-backend.shop.svc` };

/** How the gateway speaks to what is deployed, and how it is asked whether it is ready. */
function deployed(more: object) {
  const spec = { deploy: { image: "pets", port: 8443, readinessPath: "/ready" }, ...more };
  const value = { apiVersion: "portico.dev/v1alpha1", kind: "TargetEndpoint", metadata: { name: "pets" }, spec };
  const { value: read, problems } = readResources([{ name: "pets.yaml", text: "", document: 0, value }], "shop");
  assert.deepEqual(problems, []);
  const endpoint = read.targetEndpoints.get("pets") ?? assert.fail("it was not read");
  const said: Problem[] = [];
  const backend = endpointBackend(endpoint, cluster, said);
  const workload = backendWorkload({ name: "pets", namespace: "shop" }, endpoint.spec, []) ?? assert.fail("nothing is deployed");
  const [deployment] = backendObjects(workload, { apiVersion: "v1", kind: "A", name: "a", uid: "a", controller: true });
  const { scheme = "HTTP" } = JSON.parse(JSON.stringify(deployment)).spec.template.spec.containers[0].readinessProbe.httpGet;
  assert.deepEqual(said, []);
  return [backend?.targets.map(({ tls, host, port }) => `${tls ? "TLS" : "plain"} ${host}:${port}`).join(), backend?.care.http, scheme];
}

describe("an image that is deployed", () => {
  const at = "pets-backend.shop.svc:8443";
  const tls = { insecureSkipVerify: true };
  for (const [said, expected] of [
    [{}, [`plain ${at}`, "1.1", "HTTP"]],
    [{ protocol: "http" }, [`plain ${at}`, "1.1", "HTTP"]],
    [{ protocol: "h2c" }, [`plain ${at}`, "2", "HTTP"]],
    [{ protocol: "grpc" }, [`plain ${at}`, "2", "HTTP"]],
    [{ protocol: "https" }, [`TLS ${at}`, "1.1", "HTTPS"]],
    [{ protocol: "http2" }, [`TLS ${at}`, "2", "HTTPS"]],
    [{ protocol: "grpc", tls }, [`TLS ${at}`, "2", "HTTPS"]],
    [{ tls }, [`TLS ${at}`, "1.1", "HTTPS"]],
  ] as const)
    it(`is spoken to as ${JSON.stringify(said)} says`, () => assert.deepEqual(deployed(said), expected));
});
