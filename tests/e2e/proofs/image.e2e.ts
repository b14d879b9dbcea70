import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { run } from "../cluster/command.ts";
import { echoObjects, requestFrom, rolledOut } from "../harness/echo.ts";
import { makeNamespace, type Namespace } from "../harness/namespace.ts";
import { target, testImage } from "../harness/target.ts";

const program = resolve(import.meta.dirname, "../../../src/cli/portico.ts");

const document = JSON.stringify({
  openapi: "3.1.0",
  info: { title: "Pets", version: "1.0.0" },
  servers: [{ url: "http://echo/v1" }],
  paths: { "/pets/{id}": { get: { operationId: "showPet", responses: {} } } },
});

/** A folder with the document in it; it is gone when the test ends. */
async function folderWithDocument(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "portico-e2e-"));
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, "pets.json"), document);
  return folder;
}

/** Builds the image with the program, as a person would: its name with its digest, for pods. */
async function buildImage(folder: string, { name }: Namespace): Promise<string> {
  const plainHttp = target.registryIsPlainHttp ? ["--plain-http"] : [];
  const names = ["--base", pushed(testImage("envoy")), "--to", pushed(`${target.registry}/e2e/${name}`)];
  const said = await run([process.execPath, program, "image", "build", join(folder, "pets.json"), ...names, ...plainHttp]);
  return said.trim().replace(target.pushRegistry, target.registry);
}

const pushed = (name: string): string => name.replace(target.registry, target.pushRegistry);

/** The gateway's part that differs by environment, as a ConfigMap. */
async function mounted(folder: string): Promise<object> {
  await run([process.execPath, program, "build", join(folder, "pets.json"), "--out", join(folder, "gateway")]);
  const names = ["bootstrap.json", "listeners.json", "clusters.json"];
  const files = await Promise.all(names.map(async (name) => [name, await readFile(join(folder, "gateway/mounted", name), "utf8")]));
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "mounted" }, data: Object.fromEntries(files) };
}

/** A gateway as Pod Security's level `restricted` wants every pod, with a file system that nobody writes to. */
const gateway = (image: string): readonly object[] => [
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "gateway" },
    spec: {
      selector: { matchLabels: { app: "gateway" } },
      template: {
        metadata: { labels: { app: "gateway" } },
        spec: {
          automountServiceAccountToken: false,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 65532,
            runAsGroup: 65532,
            fsGroup: 65532,
            seccompProfile: { type: "RuntimeDefault" },
          },
          containers: [
            {
              name: "envoy",
              image,
              args: ["--config-path", "mounted/bootstrap.json"],
              workingDir: "/gateway",
              securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
              ports: [{ containerPort: 8080 }],
              readinessProbe: { httpGet: { path: "/readyz", port: 8081 }, periodSeconds: 1 },
              volumeMounts: [
                { name: "mounted", mountPath: "/gateway/mounted" },
                { name: "run", mountPath: "/gateway/run" },
              ],
            },
          ],
          volumes: [
            { name: "mounted", configMap: { name: "mounted" } },
            { name: "run", emptyDir: { medium: "Memory", sizeLimit: "1Mi" } },
          ],
        },
      },
    },
  },
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "gateway" },
    spec: { selector: { app: "gateway" }, ports: [{ port: 80, targetPort: 8080 }] },
  },
];

describe("a gateway's image from the layer builder", { timeout: 300_000 }, () => {
  it("is pulled by its digest and serves, as nobody and read-only; the same input is the same image", async (t) => {
    const namespace = await makeNamespace(t);
    const folder = await folderWithDocument(t);
    const image = await buildImage(folder, namespace);
    assert.match(image, /@sha256:[0-9a-f]{64}$/);
    assert.equal(await buildImage(folder, namespace), image);
    await namespace.apply(...echoObjects("echo"));
    await rolledOut(namespace, "echo");
    await namespace.kubectl("label", "namespace", namespace.name, "pod-security.kubernetes.io/enforce=restricted");
    await namespace.apply(await mounted(folder), ...gateway(image));
    await rolledOut(namespace, "gateway");
    const received = JSON.parse(await requestFrom(namespace, "echo", "http://gateway/v1/pets/7"));
    assert.deepEqual([received.method, received.path], ["GET", "/v1/pets/7"]);
    assert.match(await requestFrom(namespace, "echo", "http://gateway/v1/none"), /https:\/\/portico\.dev\/errors\/not-found/);
  });
});
