import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { until } from "../../../testing/until.ts";
import { apiOf, configMap, objectOf, pets } from "../harness/api.ts";
import { statusFrom } from "../harness/echo.ts";
import { makeNamespace } from "../harness/namespace.ts";
import { testImage } from "../harness/target.ts";

/** What an API and a TargetEndpoint say of their pods holds in the cluster; what it does not take is said, and the pods before it serve on. */
export async function patchedPods(t: TestContext): Promise<void> {
  const namespace = await makeNamespace(t);
  const deploy = {
    image: testImage("echo"),
    port: 8080,
    readinessPath: "/ready",
    podTemplate: { metadata: { labels: { team: "store" } } },
  };
  const extra = { name: "beside", image: testImage("echo"), env: [{ name: "PORT", value: "9090" }] };
  const spec = {
    hostAliases: [{ ip: "192.0.2.7", hostnames: ["seven.test"] }],
    containers: [
      { name: "gateway", env: [{ name: "SEEN", value: "here" }], volumeMounts: [{ name: "notes", mountPath: "/notes" }] },
      extra,
    ],
    volumes: [{ name: "notes", configMap: { name: "pets" } }],
  };
  const api = (podTemplate: object): object => apiOf("patched", { podTemplate });
  await namespace.apply(
    configMap("pets", pets),
    objectOf("TargetEndpoint", "store", { deploy }),
    api({ metadata: { annotations: { note: "ours" } }, spec }),
  );
  await namespace.condition("api/patched", "Ready", 120);
  const pods = async (label: string): Promise<readonly { metadata: object; spec: { containers: { name: string }[] } }[]> =>
    JSON.parse(await namespace.kubectl("get", "pods", `--selector=${label}`, "--output=json")).items;
  const [gateway] = await pods("app.kubernetes.io/name=portico-gateway");
  assert.deepEqual(
    gateway?.spec.containers.map(({ name }) => name),
    ["gateway", "beside"],
  );
  assert.match(JSON.stringify(gateway), /"note":"ours"[\s\S]*"hostnames":\["seven\.test"\][\s\S]*"mountPath":"\/notes"/);
  assert.match(JSON.stringify(gateway), /"name":"SEEN","value":"here"/);
  assert.equal((await pods("team=store")).length, 1);
  const status = (): Promise<number> => statusFrom(namespace, "store-backend", "http://patched-gateway/pets/7", {});
  await until("it serves", async () => (await status()) === 200, 60_000);

  await namespace.apply(api({ spec: { containers: [{ name: "gateway", imagePullPolicy: "Sometimes" }] } }));
  const said = (): Promise<string> => namespace.field("api/patched", '.status.conditions[?(@.type=="Programmed")].message');
  await until("it says what the cluster does not take", async () => (await said()).includes("Sometimes"), 60_000);
  assert.equal(await status(), 200);
  await namespace.apply(apiOf("patched"));
  await until(
    "the pods are as they were",
    async () => (await pods("app.kubernetes.io/name=portico-gateway")).every((pod) => pod.spec.containers.length === 1),
    90_000,
  );
  await namespace.condition("api/patched", "Ready", 60);
}
