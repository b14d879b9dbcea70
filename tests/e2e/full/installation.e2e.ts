import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { loadAll } from "js-yaml";
import { kindNames, kinds as kindsOf } from "../../../src/api/kinds.ts";
import { isObject, type JsonObject } from "../../../src/text/node.ts";
import { run } from "../cluster/command.ts";
import { buildHelm, buildKubeScore } from "../cluster/parts/parts.ts";
import { say } from "../cluster/progress.ts";
import { baseImages } from "../harness/base-images.ts";
import { portico } from "../harness/gateway.ts";
import { makeNamespace } from "../harness/namespace.ts";
import { target, testImage } from "../harness/target.ts";
import { testFolder } from "../harness/test-folder.ts";

const chart = fileURLToPath(new URL("../../../deploy/helm/portico", import.meta.url));
const authority = fileURLToPath(new URL("../../fixtures/certificates/authority.pem", import.meta.url));

/** Objects by kind and name. Helm makes the release's namespace itself, and keeps kinds by an annotation. */
function objectsOf(yaml: string): ReadonlyMap<string, unknown> {
  const objects = loadAll(yaml).filter(isObject);
  return new Map(
    objects
      .map((one): [string, unknown] => {
        const metadata: JsonObject = isObject(one.metadata) ? one.metadata : {};
        const { annotations: _, ...kept } = metadata;
        return [`${String(one.kind)} ${String(metadata.namespace ?? "")}/${String(metadata.name)}`, { ...one, metadata: kept }];
      })
      .filter(([name]) => name !== "Namespace /portico-system")
      .toSorted(([a], [b]) => a.localeCompare(b)),
  );
}

/** Without a cluster Helm takes an old one, unless its own release says another. */
const version = ["--kube-version", "1.34.0"];

/** The same installation, as the command and as the chart are told. */
const cases: readonly { readonly title: string; readonly options: readonly string[]; readonly values: readonly string[] }[] = [
  { title: "the least that can be said", options: [], values: [] },
  {
    title: "everything",
    options: [
      ...[
        "--registry-secret",
        "registry",
        "--pull-secret",
        "pull",
        "--plain-http",
        "--registry-ca",
        authority,
        "--executor",
        "e.test/kaniko:1",
      ],
      ...["--builder", "layer", "--replicas", "3", "--build-namespace", "ci", "--ratelimit", "counts.test:8081"],
      ...["--otlp", "traces.test:4317", "--trace-percent", "2.5"],
      ...["--plain-http-registry", "a.test", "--plain-http-registry", "b.test:5000", "--mirror", "m.test", "--mirror", "n.test"],
      ...["--cache-repository", "r.test/cache", "--kaniko-argument=--verbosity=debug", "--kaniko-argument=--x=a b", "--deadline", "60"],
    ],
    values: [
      ...[
        "registrySecret=registry",
        "pullSecret=pull",
        "plainHttp=true",
        "executor=e.test/kaniko:1",
        "builder=layer",
        "replicas=3",
        "buildNamespace=ci",
        "ratelimit=counts.test:8081",
        "otlp=traces.test:4317",
        "tracePercent=2.5",
        "plainHttpRegistries={a.test,b.test:5000}",
        "mirrors={m.test,n.test}",
        "cacheRepository=r.test/cache",
        "kanikoArguments={--verbosity=debug,--x=a b}",
        "deadline=60",
      ],
    ],
  },
];

describe("an installation", { timeout: 600_000 }, () => {
  let helm = "";
  before(async () => {
    helm = await buildHelm(say);
  });
  const images = ["--registry", "r.test/apis", "--image", "r.test/operator:1", "--base", "r.test/gateway:1"];
  const imageValues = ["registry=r.test/apis", "image=r.test/operator:1", "base=r.test/gateway:1"];
  const set = (values: readonly string[]): readonly string[] => values.flatMap((value) => ["--set", value]);

  for (const { title, options, values } of cases)
    it(`makes what the command applies: ${title}`, async () => {
      const authorities = options.includes(authority) ? ["--set-file", `registryCa=${authority}`] : [];
      const name = ["template", "portico", chart, "--namespace", "portico-system", ...version];
      const made = await run([helm, ...name, ...set([...imageValues, ...values]), ...authorities]);
      const applied = await portico("operator", "install", ...images, ...options, "--output", "yaml");
      assert.deepEqual(objectsOf(made), objectsOf(applied));
    });

  it("install.yaml is what the command applies", async () => {
    const text = await readFile(new URL("../../../deploy/install.yaml", import.meta.url), "utf8");
    const image = /registry\.example\/portico\/operator:\S+/.exec(text)?.[0] ?? "";
    const base = image.replace("operator", "gateway");
    const applied = await portico(
      "operator",
      "install",
      "--registry",
      "registry.example/apis",
      "--image",
      image,
      "--base",
      base,
      "--output",
      "yaml",
    );
    assert.deepEqual(objectsOf(text), objectsOf(applied));
  });

  it("kube-score finds nothing in it that its page does not answer", async () => {
    const file = fileURLToPath(new URL("../../../deploy/install.yaml", import.meta.url));
    // It exits with 1 where it finds something.
    const found = await run(["sh", "-c", '"$1" score "$2" --output-format ci || true', "sh", await buildKubeScore(say), file]);
    const findings = [...found.matchAll(/^\[(?:CRITICAL|WARNING)\] [^:]+: (?:\(operator\) )?(.*)$/gm)].map(([, finding]) => finding);
    const page = await readFile(new URL("../../../docs/kubernetes/install.md", import.meta.url), "utf8");
    const answered = [...page.matchAll(/^\| `([^`]+)` \|/gm)].map(([, finding]) => finding);
    assert.deepEqual(findings.toSorted(), answered.toSorted());
    assert.match(found, /\[OK\]/);
  });

  it("says what is missing, and what it does not know", async () => {
    const template = (...values: readonly string[]): Promise<string> =>
      run([helm, "template", "portico", chart, ...version, ...set(values)]);
    await assert.rejects(template(), /Say where images go/);
    await assert.rejects(template("registry=r.test/apis", "regstry=x"), /regstry/);
  });

  it("installs an operator that leads, and takes it out again; the kinds stay", async (t) => {
    const builds = await makeNamespace(t);
    const system = await makeNamespace(t);
    const folder = await testFolder(t);
    const { operator, gateway } = await baseImages(builds);
    await writeFile(
      join(folder, "values.yaml"),
      JSON.stringify({
        registry: `${target.registry}/e2e/helm`,
        image: operator,
        base: gateway,
        executor: testImage("kaniko"),
        plainHttp: target.registryIsPlainHttp,
      }),
    );
    // Helm takes over nothing that it did not make.
    const kinds = kindNames.map((name) => `${kindsOf[name].plural}.portico.dev`);
    await system.kubectl("delete", "--ignore-not-found", "clusterrolebinding/portico-operator");
    const own = "validatingadmissionpolicies,validatingadmissionpolicybindings,clusterroles";
    await system.kubectl("delete", own, "--selector=app.kubernetes.io/part-of=portico");
    await system.kubectl("delete", "--ignore-not-found", "crds", ...kinds);
    const release = (verb: string, ...more: readonly string[]): Promise<string> =>
      run([helm, verb, "portico", ...more, "--namespace", system.name]);
    await release("install", chart, "--values", join(folder, "values.yaml"), "--wait", "--timeout", "120s");
    assert.match(await portico("operator", "status", "--namespace", system.name), /the operator works/);
    await release("upgrade", chart, "--values", join(folder, "values.yaml"), "--set", "replicas=2", "--wait", "--timeout", "120s");
    assert.match(await portico("operator", "status", "--namespace", system.name), /replicas +2/);
    await release("uninstall", "--wait");
    assert.equal(await system.kubectl("get", "deployments", "--output=name"), "");
    assert.match(await system.kubectl("get", "crds", "--output=name"), /apis\.portico\.dev/);
  });
});
