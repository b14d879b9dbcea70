import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { until } from "../../../testing/until.ts";
import { apiOf, configMap, objectOf, pets } from "../harness/api.ts";
import { requestFrom } from "../harness/echo.ts";
import { makeNamespace } from "../harness/namespace.ts";
import { install, type Operator } from "../harness/operator.ts";
import { authOf, copyToSecure, registrySecret } from "../harness/secure-registry.ts";
import { type SecureRegistry, testImage } from "../harness/target.ts";

/** Pods are pulled with the Secrets that an API and a TargetEndpoint name, where the operator's own are no good; its registry is in `secure`, as it was installed last. */
export async function pulledWithTheirOwn(t: TestContext, operator: Operator, secure: SecureRegistry): Promise<void> {
  const { namespace: system } = operator;
  const registry = `${secure.registry}/e2e/${system.name}`;
  const images = { operator: `${registry}/operator:1`, gateway: `${registry}/gateway:1` };
  await copyToSecure(secure, operator.images.operator, images.operator);
  await copyToSecure(secure, operator.images.gateway, images.gateway);
  // Under a name that no node has yet.
  await copyToSecure(secure, testImage("echo"), `${registry}/echo:own`);
  const wrong = Buffer.from("portico:another").toString("base64");
  await system.apply(registrySecret("registry", secure, authOf(secure)), registrySecret("pull", secure, wrong));
  const how = ["--registry-secret", "registry", "--pull-secret", "pull", "--registry-ca", secure.authority, "--builder", "layer"];
  await install({ ...operator, registry, images }, ...how);

  const namespace = await makeNamespace(t);
  const deploy = { image: `${registry}/echo:own`, port: 8080, readinessPath: "/ready" };
  await namespace.apply(
    configMap("pets", { ...pets, info: { ...pets.info, title: "Own" } }),
    objectOf("TargetEndpoint", "store", { deploy }),
    apiOf("own"),
  );
  const waiting = async (name: string): Promise<boolean> =>
    /ErrImagePull|ImagePullBackOff/.test(await namespace.kubectl("get", "pods", `--selector=app.kubernetes.io/name=portico-${name}`));
  for (const name of ["gateway", "backend"]) await until(`the ${name} cannot be pulled`, () => waiting(name), 120_000);
  const why = await namespace.field("api/own", '.status.conditions[?(@.type=="Ready")].reason');
  assert.notEqual(why, "Ready");

  const imagePullSecrets = [{ name: "mine" }];
  await namespace.apply(
    registrySecret("mine", secure, authOf(secure)),
    objectOf("TargetEndpoint", "store", { deploy: { ...deploy, imagePullSecrets } }),
    apiOf("own", { imagePullSecrets }),
  );
  await namespace.condition("api/own", "Ready", 240);
  await namespace.condition("te/store", "Ready", 120);
  assert.equal(JSON.parse(await requestFrom(namespace, "store-backend", "http://own-gateway/pets/7")).path, "/pets/7");
}
