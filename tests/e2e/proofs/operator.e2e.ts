import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it, type TestContext } from "node:test";
import { shellWords } from "../../../testing/page-examples.ts";
import { until } from "../../../testing/until.ts";
import { run } from "../cluster/command.ts";
import { apiOf, configMap, objectOf, pets, store } from "../harness/api.ts";
import { backendRolledOut, echoObjects, requestFrom, rolledOut } from "../harness/echo.ts";
import { endings } from "../harness/endings.ts";
import { porticoCommand } from "../harness/gateway.ts";
import { installGatewayApi } from "../harness/gateway-api.ts";
import { loadFrom } from "../harness/load.ts";
import { makeNamespace, type Namespace, restrictPods } from "../harness/namespace.ts";
import { install, installOperator, type Operator } from "../harness/operator.ts";
import { kubernetesPages } from "../harness/pages.ts";
import { withPlugins } from "../harness/plugins.ts";
import { reportFailures } from "../harness/report.ts";
import { authOf, copyToSecure, registrySecret } from "../harness/secure-registry.ts";
import { target, testImage } from "../harness/target.ts";
import { testFolder } from "../harness/test-folder.ts";
import { askedByKubectl } from "./asked-by-kubectl.ts";
import { checkedByTheAgent } from "./checked-by-agent.ts";
import { grantedByAnotherNamespace } from "./granted.ts";
import { shownToFunctions } from "./intercepted.ts";
import { keptInPods } from "./kept.ts";
import { limitedByARateLimiting } from "./limited.ts";
import { pulledWithTheirOwn } from "./own-pull-secrets.ts";
import { patchedByItsOwner } from "./patched.ts";
import { heldToTheirRights } from "./people.ts";
import { patchedPods } from "./pod-template.ts";
import { protectedByTokensAndKeys } from "./protected.ts";
import { revokedAtOnce } from "./revoked.ts";
import { shownToBackends } from "./shown-to-backends.ts";
import { heldAgainstTheDocument } from "./validated.ts";

const github = new URL("../../../node_modules/@octokit/openapi/generated/api.github.com.json", import.meta.url);

/** Waits until an API serves, and the backend that is deployed for it, which may take longer. */
async function ready(namespace: Namespace, api: string): Promise<void> {
  await namespace.condition(`api/${api}`, "Ready", 240);
  if ((await namespace.kubectl("get", "te", "store", "--ignore-not-found", "--output=name")) !== "")
    await namespace.condition("te/store", "Ready");
}

/** What the gateway of an API answers from its backend, which says what it was asked. */
const answerOf = async (
  namespace: Namespace,
  api: string,
  path = "/pets/7",
): Promise<{ readonly path: string; readonly headers: { readonly host: string } }> =>
  JSON.parse(await requestFrom(namespace, "store-backend", `http://${api}-gateway${path}`));

const reasonOf = (namespace: Namespace, api: string, type = "Ready"): Promise<string> =>
  namespace.field(`api/${api}`, `.status.conditions[?(@.type=="${type}")].reason`);

const image = (namespace: Namespace, api: string): Promise<string> => namespace.field(`api/${api}`, ".status.image");

/** What is left of an API and of a TargetEndpoint that ask for nothing beside what they must. */
const plain: Readonly<Record<string, object>> = {
  pets: { definition: [{ configMap: { name: "pets" } }], builder: "layer" },
  store: { url: "http://elsewhere.test" },
};

describe("the operator", { timeout: 900_000 }, () => {
  const ending = endings();
  let operator: Operator;
  before(async () => {
    // An operator looks for these kinds when it starts.
    await installGatewayApi(ending);
    operator = await installOperator(ending);
  });
  after(ending.run);
  /** What a page says of somebody's cluster, of this one. */
  const here = (text: string): string =>
    text
      .replaceAll("registry.example/apis", operator.registry)
      .replaceAll("registry.example", target.registry)
      .replaceAll("portico-system", operator.namespace.name);
  reportFailures([
    { what: "the operator's log", ask: () => operator.namespace.kubectl("logs", "deployment/portico-operator", "--tail=300") },
    { what: "the operator's pods", ask: () => operator.namespace.kubectl("describe", "pods") },
  ]);

  describe("serves", { concurrency: 3 }, () => {
    for (const builder of ["layer", "kaniko"]) {
      it(`an API from its document, with an image from ${builder}`, async (t: TestContext) => {
        const namespace = await makeNamespace(t);
        const name = `pets-${builder}`;
        const began = performance.now();
        if (builder === "kaniko") {
          const folder = await testFolder(t);
          await writeFile(join(folder, "pets.json"), JSON.stringify(pets));
          await writeFile(join(folder, "store.json"), JSON.stringify(store));
          const add = `portico add api ${name} --from-file . --builder kaniko --build-log`;
          const printed = await typed(add, [namespace.name, operator.namespace.name], { env: process.env, cwd: folder });
          assert.match(printed, /level=info msg=/, "what Kaniko says");
        } else await namespace.apply(configMap("pets", pets), store, apiOf(name, { builder }));
        await ready(namespace, name);
        t.diagnostic(`from apply to Ready: ${((performance.now() - began) / 1000).toFixed(1)} s`);
        assert.equal((await answerOf(namespace, name)).path, "/pets/7");
        const shown = await namespace.kubectl("get", "api", name, "--output=wide");
        const address = `http://${name}-gateway.${namespace.name}.svc`;
        assert.match(shown, new RegExp(`${name} +True +Ready +${address} +2 +${operator.registry}/${name}:1.0.0@sha256:`));
        // An Event is written after the status that it tells of.
        await until("an Event says it", async () =>
          /Normal +Ready .*portico\.dev\/operator +One pod serves/.test(await namespace.kubectl("describe", "api", name)),
        );
      });
    }

    it("what the real kubectl asks for: GitHub's document, and another one in its place", async (t) => {
      const namespace = await makeNamespace(t);
      const folder = await testFolder(t);
      const env = await withPlugins(folder);
      await namespace.apply(store);
      await backendRolledOut(namespace);
      const document = { ...JSON.parse(await readFile(github, "utf8")), "x-portico": { backend: "store" } };
      await writeFile(join(folder, "github.json"), JSON.stringify(document));
      const ask = [
        ...target.kubectl,
        "add",
        "api",
        "github",
        `--from-file=${join(folder, "github.json")}`,
        "--namespace",
        namespace.name,
        "--builder=layer",
      ];
      const began = performance.now();
      const address = await run(ask, { env });
      t.diagnostic(`kubectl add api github: ${((performance.now() - began) / 1000).toFixed(1)} s`);
      assert.equal(address, `http://github-gateway.${namespace.name}.svc\n`);
      assert.equal((await answerOf(namespace, "github", "/repos/a/b/issues/7")).path, "/repos/a/b/issues/7");
      const { delete: _, ...repository } = document.paths["/repos/{owner}/{repo}"];
      const other = { ...document, paths: { ...document.paths, "/repos/{owner}/{repo}": repository } };
      await writeFile(join(folder, "github.json"), JSON.stringify(other));
      const before = await image(namespace, "github");
      const update = ask.with(target.kubectl.length, "update");
      const said = await run(["sh", "-c", '"$@" 2>&1', "sh", ...update], { env });
      assert.match(said, /DELETE \/repos\/\{owner\}\/\{repo\}: The operation is gone/);
      assert.match(said, /its tag moves to the new image/);
      const after = await image(namespace, "github");
      assert.notEqual(after, before);
      const digest = after.slice(after.indexOf("@sha256:"));
      const containers = await namespace.field("deployment/github-gateway", ".spec.template.spec.containers[*].image");
      assert.ok(digest !== before.slice(before.indexOf("@sha256:")) && containers.includes(digest), `${containers} pins ${digest}`);
      await until(
        "the ask is spent",
        async () => (await namespace.field("api/github", ".metadata.annotations.portico\\.dev/rebuild-to")) === "",
        30_000,
      );
      await namespace.kubectl("delete", "api", "github");
      await until(
        "nothing of it is left",
        async () => (await namespace.kubectl("get", "deployments,services,configmaps,secrets", "--output=name")).match(/github/) === null,
        60_000,
      );
      assert.match(await namespace.kubectl("get", "deployments", "--output=name"), /store-backend/);
    });

    it(
      "what the plugin asks for as Krew installs it: a document in several ConfigMaps, tried first, and another one in its place",
      askedByKubectl,
    );

    it("what its pages show", async (t) => {
      const namespace = await makeNamespace(t);
      const folder = await testFolder(t);
      const env = await withPlugins(folder);
      const { files, commands } = kubernetesPages();
      for (const [name, content] of files) await writeFile(join(folder, name), here(content));
      // The first installed the operator.
      for (const { command, shown } of commands.slice(1)) {
        const printed = await typed(here(command), [namespace.name, operator.namespace.name], { env, cwd: folder });
        for (const line of shown) assert.match(printed, asShown(here(line)), command);
      }
      await namespace.kubectl("delete", "api", "petstore");
      await namespace.kubectl("apply", `--filename=${join(folder, "production.yaml")}`);
      await ready(namespace, "petstore");
    });

    it("several documents in one gateway, each below its base path: versions stand side by side", async (t) => {
      const namespace = await makeNamespace(t);
      const version = (number: number): object => ({
        ...pets,
        info: { ...pets.info, version: `${number}.0.0` },
        "x-portico": { backend: "store", basePath: `/v${number}` },
      });
      const definition = [{ configMap: { name: "one" } }, { configMap: { name: "two" } }];
      await namespace.apply(configMap("one", version(1)), configMap("two", version(2)), store, apiOf("versions", { definition }));
      await ready(namespace, "versions");
      // The backend sees paths below the base path.
      for (const path of ["/v1/pets/7", "/v2/pets/8"])
        assert.equal(`${path.slice(0, 3)}${(await answerOf(namespace, "versions", path)).path}`, path);
      assert.equal(await namespace.field("api/versions", ".status.operations"), "4");
      await namespace.apply(configMap("two", version(1)));
      await until("it says that both are at one place", async () => (await reasonOf(namespace, "versions")) === "BasePathClash", 30_000);
      assert.equal((await answerOf(namespace, "versions", "/v2/pets/7")).path, "/pets/7");
    });

    it("on after a wrong update, which changes the status, and never the traffic", async (t) => {
      const namespace = await makeNamespace(t);
      await namespace.apply(configMap("pets", pets), store, apiOf("pets"));
      await ready(namespace, "pets");
      const before = await image(namespace, "pets");
      await namespace.apply(configMap("pets", { ...pets, paths: { "/pets": { gett: {} } } }));
      await until("it says what is wrong", async () => (await reasonOf(namespace, "pets")) === "UnknownField", 30_000);
      assert.match(
        await namespace.field("api/pets", '.status.conditions[?(@.type=="Accepted")].message'),
        /^ConfigMap\/pets\/swagger\.json:1:\d+: .*`get`/,
      );
      assert.equal((await answerOf(namespace, "pets")).path, "/pets/7");
      await namespace.apply(configMap("pets", { ...pets, paths: { "/dogs": { get: { responses: {} } } } }));
      await until(
        "another document is no reason to move the tag",
        async () => (await reasonOf(namespace, "pets")) === "TagConflict",
        30_000,
      );
      assert.equal(await image(namespace, "pets"), before);
      assert.equal((await answerOf(namespace, "pets")).path, "/pets/7");
      const asks = (spec: object): Promise<string> =>
        namespace.kubectl("patch", "api", "pets", "--type=merge", `--patch=${JSON.stringify({ spec })}`);
      await asks({ version: "1.1.0", breakingChanges: "refuse" });
      await until(
        "another version is, but not one that breaks clients",
        async () => (await reasonOf(namespace, "pets")) === "BreakingChange",
        30_000,
      );
      assert.equal((await answerOf(namespace, "pets")).path, "/pets/7");
      await asks({ breakingChanges: "allow" });
      await until(
        "which can be let happen",
        async () => (await image(namespace, "pets")).includes(":1.1.0@") && (await reasonOf(namespace, "pets")) === "Ready",
        60_000,
      );
      assert.match(
        await namespace.field("api/pets", '.status.conditions[?(@.type=="Breaking")].message'),
        /breaks clients of what served before\. GET \/pets: The operation is gone\./,
      );
      await until("the new operation answers", async () => (await answerOf(namespace, "pets", "/dogs")).path === "/dogs");
    });

    it("what a repository holds, as Argo CD or Flux apply it: one by one, the last first, and pruned again", async (t) => {
      const namespace = await makeNamespace(t);
      const folder = await testFolder(t);
      const of = (object: object): object => ({ ...object, metadata: { ...Object(object).metadata, labels: { repository: "pets" } } });
      const other = objectOf("TargetEndpoint", "other", { url: "http://other.example" });
      const all = [configMap("pets", pets), store, other, apiOf("pets"), apiOf("dogs")].map(of);
      for (const object of all.toReversed()) await namespace.apply(object);
      for (const name of ["pets", "dogs"]) await ready(namespace, name);
      const kinds = ["core/v1/ConfigMap", "portico.dev/v1alpha1/API", "portico.dev/v1alpha1/TargetEndpoint"];
      const prune = async (...objects: readonly object[]): Promise<string> => {
        const file = join(folder, "objects.json");
        await writeFile(file, JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }));
        const which = ["--prune", "--selector=repository=pets", ...kinds.map((kind) => `--prune-allowlist=${kind}`)];
        return namespace.kubectl("apply", `--filename=${file}`, ...which);
      };
      // What was applied by the server alone is not pruned: it is taken over first.
      await prune(...all);
      await prune(...all.slice(0, 2), ...all.slice(4));
      await until(
        "nothing is left of what is not in the repository",
        async () => (await namespace.kubectl("get", "apis,te,deployments,services,secrets", "--output=name")).match(/pets|other/) === null,
        60_000,
      );
      assert.equal((await answerOf(namespace, "dogs")).path, "/pets/7");
    });

    it("another backend without a restart, within seconds, and a policy by a new image; no request fails", async (t) => {
      const namespace = await makeNamespace(t);
      const backend = (name: string, host: string): object => objectOf("TargetEndpoint", name, { url: `http://${host}.${namespace.name}` });
      const echoes = [...echoObjects("one"), ...echoObjects("other")];
      await namespace.apply(configMap("pets", pets), ...echoes, store, apiOf("pets", { replicas: 2 }));
      await ready(namespace, "pets");
      for (const name of ["one", "other"]) await rolledOut(namespace, name);
      // A Service leads to its pods a moment after they are ready.
      await answerFrom(namespace, "other", "pets");
      const load = await loadFrom(t, namespace, "other", "http://pets-gateway/pets/7");
      const pods = await podNames(namespace);
      const first = await image(namespace, "pets");
      const began = performance.now();
      // What was deployed for it goes, but not before gateways know the other.
      const toUrl = `[{"op":"replace","path":"/spec","value":{"url":"http://other.${namespace.name}"}}]`;
      await namespace.kubectl("patch", "targetendpoint", "store", "--type=json", `--patch=${toUrl}`);
      await namespace.apply(backend("elsewhere", "one"));
      await until(
        "the other backend answers",
        async () => (await answerFrom(namespace, "other", "pets")).headers.host === `other.${namespace.name}`,
        30_000,
      );
      t.diagnostic(`from the backend's change to the first answer from it: ${((performance.now() - began) / 1000).toFixed(1)} s`);
      assert.deepEqual([await podNames(namespace), await image(namespace, "pets")], [pods, first]);
      await namespace.apply(configMap("pets", { ...pets, "x-portico": { backend: "elsewhere", timeout: "3s" } }));
      await until(
        "a new image serves",
        async () => (await image(namespace, "pets")) !== first && (await reasonOf(namespace, "pets")) === "Ready",
        120_000,
      );
      await until("its pods alone are left", async () => (await podNames(namespace)).every((name) => !pods.includes(name)), 90_000);
      const deployments = (): Promise<string> => namespace.kubectl("get", "deployments", "--output=name");
      await until("the first backend is gone", async () => !(await deployments()).includes("store-backend"), 60_000);
      await load.more(50);
      const { requests, failures } = await load.stop();
      t.diagnostic(`${requests} requests`);
      assert.deepEqual(failures.slice(0, 5), []);
      const secrets = await namespace.kubectl("get", "secrets", "--output=name");
      assert.equal(secrets.match(/pets-mounted/g)?.length, 1, secrets);
    });

    it("another certificate within seconds, by the same pods", async (t) => {
      const namespace = await makeNamespace(t);
      const certificates = new URL("../../fixtures/certificates/", import.meta.url);
      const files = await Promise.all(
        ["localhost.pem", "localhost.key", "other.pem"].map((name) => readFile(new URL(name, certificates), "utf8")),
      );
      const otherKey = await readFile(new URL("other.key", certificates), "utf8");
      const [certificate = "", key = "", otherCertificate = ""] = files;
      const secret = (crt: string, privateKey: string): object => ({
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "certificate" },
        type: "kubernetes.io/tls",
        stringData: { "tls.crt": crt, "tls.key": privateKey },
      });
      await namespace.apply(
        secret(certificate, key),
        configMap("pets", pets),
        store,
        ...echoObjects("client"),
        apiOf("pets", { expose: { tls: { name: "certificate" } } }),
      );
      await ready(namespace, "pets");
      await rolledOut(namespace, "client");
      const seen = (): Promise<string> => fingerprintFrom(namespace, "store-backend", "pets-gateway");
      const first = new X509Certificate(certificate).fingerprint256;
      // A Service leads to new pods a moment after they are ready.
      await until("the first one is seen", async () => (await seen().catch(() => "")) === first, 30_000);
      const pods = await podNames(namespace);
      const load = await loadFrom(t, namespace, "client", "https://pets-gateway/pets/7");
      const began = performance.now();
      await namespace.apply(secret(otherCertificate, otherKey));
      await until("the other one is seen", async () => (await seen()) === new X509Certificate(otherCertificate).fingerprint256, 30_000);
      t.diagnostic(`from the Secret's change to the first handshake with it: ${((performance.now() - began) / 1000).toFixed(1)} s`);
      assert.deepEqual(await podNames(namespace), pods);
      await load.more(50);
      assert.deepEqual((await load.stop()).failures.slice(0, 5), []);
    });

    it("in another namespace, where pods are restricted, what is built already, by document and by image; nothing is built", async (t) => {
      const [development, production] = [await makeNamespace(t), await makeNamespace(t)];
      await restrictPods(production);
      await development.apply(configMap("pets", pets), store, apiOf("shared"));
      await ready(development, "shared");
      const built = await image(development, "shared");
      const backend = objectOf("TargetEndpoint", "store", { url: `http://store-backend.${development.name}:8080` });
      await production.apply(configMap("pets", pets), backend, apiOf("shared", { builder: "none" }));
      await ready(production, "shared");
      assert.equal(await image(production, "shared"), built);
      const userIn = (namespace: Namespace): Promise<string> =>
        namespace.field("deployment/shared-gateway", ".spec.template.spec.securityContext.runAsUser");
      assert.notEqual(await userIn(development), await userIn(production));
      await production.kubectl("delete", "api", "shared");
      await production.kubectl("delete", "configmap", "pets");
      const inputHash = await development.field("api/shared", ".status.inputHash");
      await production.apply(objectOf("API", "shared", { image: built, inputHash }));
      await ready(production, "shared");
      const url = `http://shared-gateway.${production.name}/pets/7`;
      assert.equal(JSON.parse(await requestFrom(development, "store-backend", url)).path, "/pets/7");
      await production.kubectl("delete", "targetendpoint", "store");
      await until(
        "it says what the image needs",
        async () => (await reasonOf(production, "shared", "ResolvedRefs")) === "UnknownBackend",
        30_000,
      );
      assert.equal(JSON.parse(await requestFrom(development, "store-backend", url)).path, "/pets/7");
    });

    it("APIs with tokens and keys: what is missing is told until it is there, and what changes takes effect", protectedByTokensAndKeys);
    it("what is taken away is no good at once, whatever else is wrong, and the rest serves", revokedAtOnce);

    it("APIs with passwords, opaque tokens, certificates and an authoriser of one's own: what they check with changes, and is nowhere else", (t) =>
      checkedByTheAgent(t, operator));

    it("APIs with limits: what is missing is told until it is there, and what changes takes effect", limitedByARateLimiting);

    it("an API whose requests are held against its document, and its image alone", heldAgainstTheDocument);
    it("an API whose answers are kept, and its image alone", keptInPods);
    it("an API that patches its gateway: what Envoy does not take begins nowhere", patchedByItsOwner);
    it("patches of pods: what the cluster does not take is said, and those before serve on", patchedPods);
    it("an API whose messages functions see, and its image alone", shownToFunctions);
    it("APIs whose backends want a credential: what is missing is told until it is there, and what changes takes effect", shownToBackends);

    it("what another namespace lets it use, and nothing else of that", grantedByAnotherNamespace);
    it("nobody beyond his own rights", heldToTheirRights);

    it("no password out of a document: it offers a Secret, and makes it when it is asked to", async (t) => {
      const namespace = await makeNamespace(t);
      const folder = await testFolder(t);
      const endpoint = { urls: ["http://pets.test"], securityConfig: { type: "basic", username: "ann", password: "of-the-document" } };
      await writeFile(
        join(folder, "pets.json"),
        JSON.stringify({ ...pets, "x-portico": undefined, "x-wso2-production-endpoints": endpoint }),
      );
      const add = (more: string): Promise<string> =>
        typed(`portico add api inline --from-file pets.json${more}`, [namespace.name, operator.namespace.name], {
          env: process.env,
          cwd: folder,
        });
      await assert.rejects(add(""), /InlinePassword[\s\S]*--make-secrets[\s\S]*`pets-test-credentials`/);
      await assert.rejects(add(" --make-secrets"), /Secret\/pets-test-credentials was made/);
      const secret = JSON.parse(await namespace.kubectl("get", "secret", "pets-test-credentials", "--output=json"));
      const { type, data } = secret;
      assert.deepEqual(
        [type, Buffer.from(data.username, "base64").toString(), Buffer.from(data.password, "base64").toString()],
        ["kubernetes.io/basic-auth", "ann", "of-the-document"],
      );
      assert.equal(await namespace.kubectl("get", "apis", "--output=name"), "");
      await assert.rejects(add(" --make-secrets"), /NameTaken/);
    });

    it("what an API asks for and no longer asks for: what was made for it goes", async (t) => {
      const namespace = await makeNamespace(t);
      const limit = objectOf("RateLimiting", "gold", { type: "api", requests: 10, unit: "month", approximate: true });
      const expose = { hosts: ["pets.test"], ingress: { className: "none" }, httpRoute: { parentRefs: [{ name: "public" }] } };
      const autoscaling = { minReplicas: 2, maxReplicas: 3, cpuPercent: 80 };
      await namespace.apply(configMap("pets", pets), store, limit, apiOf("pets", { autoscaling, expose }));
      await ready(namespace, "pets");
      const kinds = "deployments,services,horizontalpodautoscalers,poddisruptionbudgets,ingresses,httproutes";
      const names = async (): Promise<readonly string[]> =>
        (await namespace.kubectl("get", kinds, "--output=name")).split("\n").filter(Boolean).toSorted();
      assert.deepEqual(await names(), [
        "deployment.apps/pets-gateway",
        "deployment.apps/store-backend",
        "horizontalpodautoscaler.autoscaling/pets-gateway",
        "httproute.gateway.networking.k8s.io/pets-gateway",
        "ingress.networking.k8s.io/pets-gateway",
        "poddisruptionbudget.policy/pets-gateway",
        "service/pets-gateway",
        "service/store-backend",
      ]);
      const made = async (): Promise<readonly string[]> => {
        const secrets = await namespace.kubectl(
          "get",
          "secrets",
          "--output=jsonpath={range .items[*]}{.metadata.name}/{.metadata.resourceVersion} {end}",
        );
        return [await image(namespace, "pets"), ...secrets.split(" ").filter((name) => name.startsWith("pets-"))];
      };
      const before = await made();
      await namespace.kubectl("patch", "api", "pets", "--type=merge", '--patch={"spec":{"resources":{"requests":{"cpu":"11m"}}}}');
      const asked = (): Promise<string> =>
        namespace.field("deployment/pets-gateway", ".spec.template.spec.containers[0].resources.requests.cpu");
      await until("its pods ask for so much", async () => (await asked()) === "11m", 30_000);
      assert.deepEqual(await made(), before, "neither an image nor what is mounted is made anew");
      const replaced = ["pets", "store"].map((name) => `--patch=[{"op":"replace","path":"/spec","value":${JSON.stringify(plain[name])}}]`);
      await namespace.kubectl("patch", "api", "pets", "--type=json", replaced[0] ?? "");
      await namespace.kubectl("patch", "targetendpoint", "store", "--type=json", replaced[1] ?? "");
      const left = ["deployment.apps/pets-gateway", "service/pets-gateway"];
      await until("the rest is gone", async () => JSON.stringify(await names()) === JSON.stringify(left), 60_000);
      assert.equal(await namespace.field("ratelimiting/gold", '.status.conditions[?(@.type=="Accepted")].reason'), "NotYet");
    });

    it("objects that come in any order, and tells what is missing until it is there", async (t) => {
      const namespace = await makeNamespace(t);
      await namespace.apply(apiOf("pets", { expose: { tls: { name: "certificate" } } }));
      await until("it misses the document", async () => (await reasonOf(namespace, "pets")) === "DefinitionMissing", 30_000);
      await namespace.apply(configMap("pets", pets));
      await until("it misses the backend", async () => (await reasonOf(namespace, "pets")) === "UnknownBackend", 30_000);
      await namespace.apply(store, objectOf("TargetEndpoint", "broken", { url: "http://a", retry: { attempts: 2 } }));
      await until(
        "it misses the certificate",
        async () => (await reasonOf(namespace, "pets", "ResolvedRefs")) === "BadCertificate",
        30_000,
      );
      assert.equal(await namespace.kubectl("get", "deployments", "--selector=app.kubernetes.io/name=portico-gateway", "--output=name"), "");
      await namespace.kubectl("patch", "api", "pets", "--type=json", '--patch=[{"op":"remove","path":"/spec/expose"}]');
      await ready(namespace, "pets");
    });
  });

  it("writes nothing when it is started anew and nothing changed", async (t) => {
    const namespace = await makeNamespace(t);
    await namespace.apply(configMap("pets", pets), store, apiOf("pets", { replicas: 2, resources: { requests: { cpu: "0.01" } } }));
    await ready(namespace, "pets");
    await namespace.condition("te/store", "Ready");
    const versions = async (): Promise<string> => {
      const kinds = "apis,targetendpoints,deployments,services,secrets,poddisruptionbudgets";
      return namespace.kubectl(
        "get",
        kinds,
        '--output=jsonpath={range .items[*]}{.kind} {.metadata.name} {.metadata.resourceVersion}{"\\n"}{end}',
      );
    };
    const events = (): Promise<string> =>
      namespace.kubectl("get", "events", "--field-selector=reportingComponent=portico.dev/operator", "--output=name");
    const before = [await versions(), await events()];
    assert.match(before[1] ?? "", /event/);
    const system = operator.namespace;
    await system.kubectl("scale", "deployment/portico-operator", "--replicas=1");
    await system.kubectl("rollout", "restart", "deployment/portico-operator");
    await system.kubectl("rollout", "status", "deployment/portico-operator", "--timeout=60s");
    const ask = 'fetch("http://127.0.0.1:8081/metrics").then((answer) => answer.text()).then((text) => process.stdout.write(text))';
    await until(
      "it has looked at everything",
      async () => {
        const metrics = await system.kubectl("exec", "deployment/portico-operator", "--", "/usr/local/bin/node", "-e", ask).catch(() => "");
        return /^portico_queue_depth 0$/m.test(metrics) && /^portico_reconciles_total\{kind="API",outcome="done"\} [1-9]/m.test(metrics);
      },
      60_000,
    );
    assert.deepEqual([await versions(), await events()], before);
  });

  it("logs in JSON, with the names of the objects that it works on", async (t) => {
    const namespace = await makeNamespace(t);
    await namespace.apply(apiOf("pets"));
    await until("it misses the document", async () => (await reasonOf(namespace, "pets")) === "DefinitionMissing", 30_000);
    const lines = (await operator.namespace.kubectl("logs", "deployment/portico-operator")).trim().split("\n");
    const records: readonly Record<string, unknown>[] = lines.map((line) => JSON.parse(line));
    for (const { time, level, message } of records)
      assert.deepEqual([typeof time, typeof level, typeof message], ["string", "string", "string"]);
    assert.ok(
      records.some((one) => one.message === "API Ready: DefinitionMissing" && one.namespace === namespace.name && one.name === "pets"),
      lines.slice(-5).join("\n"),
    );
  });

  it("writes down what it has in memory when it is asked to", async () => {
    const inPod = (program: string): Promise<string> =>
      operator.namespace.kubectl("exec", "deployment/portico-operator", "--", "/usr/local/bin/node", "--eval", program);
    await inPod('process.kill(1, "SIGUSR2")');
    const list = 'console.log(fs.readdirSync("/var/lib/portico").join())';
    await until("the snapshot is there", async () => /\.heapsnapshot/.test(await inPod(list)), 60_000);
  });

  // After the others, whose builds it would end.
  it("has another one take over when the one that leads is gone", async (t) => {
    const system = operator.namespace;
    const leader = (): Promise<string> => system.field("lease/portico-operator", ".spec.holderIdentity");
    await system.kubectl("scale", "deployment/portico-operator", "--replicas=2");
    await system.kubectl("rollout", "status", "deployment/portico-operator", "--timeout=60s");
    const before = await leader();
    const began = performance.now();
    await system.kubectl("delete", "pod", before, "--grace-period=0", "--force");
    await until("another one leads", async () => !["", before].includes(await leader()), 25_000);
    const seconds = (performance.now() - began) / 1000;
    t.diagnostic(`another operator leads after ${seconds.toFixed(1)} s`);
    assert.ok(seconds < 20, String(seconds));
    const namespace = await makeNamespace(t);
    await namespace.apply(configMap("pets", pets), store, apiOf("pets"));
    await ready(namespace, "pets");
    await system.kubectl("scale", "deployment/portico-operator", "--replicas=1");
  });

  it("goes on with a registry that has TLS by an authority of its own, and wants a password: gateways and backends are pulled with it", {
    skip: target.secure === undefined && "the cluster has no such registry",
  }, async (t) => {
    const { secure } = target;
    assert.ok(secure !== undefined);
    const { namespace: system, images } = operator;
    const registry = `${secure.registry}/e2e/${system.name}`;
    const there = { operator: `${registry}/operator:1`, gateway: `${registry}/gateway:1` };
    await copyToSecure(secure, images.operator, there.operator);
    await copyToSecure(secure, images.gateway, there.gateway);
    await copyToSecure(secure, testImage("echo"), `${registry}/echo:1`);
    const auth = authOf(secure);
    const secret = (content: string): object => registrySecret("registry", secure, content);
    await system.apply(secret(auth));
    await install({ ...operator, registry, images: there }, "--registry-secret", "registry", "--registry-ca", secure.authority);

    const namespace = await makeNamespace(t);
    const backend = objectOf("TargetEndpoint", "store", { deploy: { image: `${registry}/echo:1`, port: 8080, readinessPath: "/ready" } });
    const began = performance.now();
    await namespace.apply(configMap("pets", pets), backend, apiOf("pets", { builder: "kaniko" }));
    await ready(namespace, "pets");
    assert.equal((await answerOf(namespace, "pets")).path, "/pets/7");
    t.diagnostic(`from apply to the first answer: ${((performance.now() - began) / 1000).toFixed(1)} s`);
    assert.match(await image(namespace, "pets"), new RegExp(`^${registry}/pets:1\\.0\\.0@sha256:`));

    await system.apply(secret(Buffer.from("portico:another").toString("base64")));
    await namespace.kubectl("patch", "api", "pets", "--type=merge", '--patch={"spec":{"version":"1.1.0"}}');
    await until("it says that it may not", async () => (await reasonOf(namespace, "pets")) === "BuildFailed", 60_000);
    assert.match(await namespace.field("api/pets", '.status.conditions[?(@.type=="ImageReady")].message'), /UNAUTHORIZED/);
    assert.equal((await answerOf(namespace, "pets")).path, "/pets/7");
    await system.apply(secret(auth));
    await until(
      "it goes on with a Secret that is in order again",
      async () => (await image(namespace, "pets")).includes(":1.1.0@") && (await reasonOf(namespace, "pets")) === "Ready",
      120_000,
    );

    const said = await Promise.all([
      system.kubectl("logs", "deployment/portico-operator"),
      ...[system, operator.builds, namespace].map((one) =>
        one.kubectl("get", "events,jobs,configmaps,pods,deployments,apis,te", "--output=yaml"),
      ),
    ]);
    assert.doesNotMatch(said.join("\n"), new RegExp(`${secure.password}|${auth}`));
    assert.doesNotMatch(await operator.builds.kubectl("get", "secrets,jobs", "--output=name"), /./, "nothing of a build is left");
  });

  it("has pods pulled with the Secrets that an API and a TargetEndpoint name", {
    skip: target.secure === undefined && "the cluster has no such registry",
  }, async (t) => {
    assert.ok(target.secure !== undefined);
    await pulledWithTheirOwn(t, operator, target.secure);
  });
});

/** What a command of a page prints, in a test's namespace or, where it is about the operator, in that one's. */
function typed(
  line: string,
  [own, system]: readonly [string, string],
  options: { readonly env: NodeJS.ProcessEnv; readonly cwd: string },
): Promise<string> {
  const [program, ...words] = shellWords(line);
  const does = program === "portico" ? porticoCommand() : target.kubectl;
  const where = words.includes("operator") || words.includes(system) ? system : own;
  return run(["sh", "-c", '"$@" 2>&1', "sh", ...does, ...words, "--namespace", where], options);
}

/** A line that a page shows: columns may be wider. */
const asShown = (line: string): RegExp => new RegExp(line.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll(" ", " +"));

const podNames = async (namespace: Namespace): Promise<readonly string[]> =>
  (await namespace.kubectl("get", "pods", "--selector=app.kubernetes.io/name=portico-gateway", "--output=name"))
    .split("\n")
    .filter(Boolean)
    .toSorted();

/** The certificate that a Service's TLS shows to a pod of a Deployment, by its fingerprint. */
function fingerprintFrom(namespace: Namespace, deployment: string, service: string): Promise<string> {
  const options = JSON.stringify({ host: service, port: 443, servername: "localhost", rejectUnauthorized: false });
  const program = `const { connect } = await import("node:tls"); const socket = connect(${options}, () => {
    process.stdout.write(socket.getPeerCertificate().fingerprint256);
    socket.end();
  });`;
  return namespace.kubectl("exec", `deployment/${deployment}`, "--", "node", "--input-type=module", "-e", program);
}

/** The same as `answerOf`, asked from a pod of another Deployment. */
const answerFrom = async (
  namespace: Namespace,
  deployment: string,
  api: string,
): Promise<{ readonly headers: { readonly host: string } }> =>
  JSON.parse(await requestFrom(namespace, deployment, `http://${api}-gateway/pets/7`));
