import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { type KindName, kindNames, kinds } from "../../../src/api/kinds.ts";
import { brokenSpecs, keptSpecs } from "../../../testing/specs.ts";
import { until } from "../../../testing/until.ts";
import { run } from "../cluster/command.ts";
import { kubectlQuestion } from "../harness/questions.ts";
import { reportFailures } from "../harness/report.ts";
import { target } from "../harness/target.ts";

const folder = fileURLToPath(new URL("../../../deploy/crds", import.meta.url));

const kubectl = (args: readonly string[], input = ""): Promise<string> => run([...target.kubectl, ...args], { input });

/** The kinds of our category that the apiserver's discovery names (asked anew, and kept for the next kubectl). */
const namesInDiscovery = async (): Promise<readonly string[]> =>
  (await kubectl(["api-resources", "--categories=portico", "--output=name"])).split("\n").filter(Boolean);

/** What the apiserver says of an object, without keeping it: undefined when it takes it. */
async function refusalOf(kind: KindName, spec: unknown): Promise<string | undefined> {
  const object = { apiVersion: "portico.dev/v1alpha1", kind, metadata: { name: "tried", namespace: "default" }, spec };
  try {
    await kubectl(["create", "--dry-run=server", "--filename=-"], JSON.stringify(object));
    return undefined;
  } catch (failure) {
    return String(failure);
  }
}

describe("the four kinds in a real apiserver", { timeout: 120_000 }, () => {
  const asked = [
    "get crds --output=wide",
    "describe crds",
    "get apiservices",
    "api-resources --api-group=portico.dev",
    "get events --all-namespaces",
  ];
  reportFailures(asked.map((command) => kubectlQuestion((...args) => kubectl(args), command)));
  before(async () => {
    for (const name of readdirSync(folder)) await kubectl(["apply", "--server-side", `--filename=${join(folder, name)}`]);
    await kubectl(["wait", "--for=condition=Established", "crd", "--all", "--timeout=60s"]);
    // An established kind is served at once, but named by the discovery that kubectl asks a moment later.
    await until("discovery names the four kinds", async () => (await namesInDiscovery()).length === kindNames.length, 30_000);
  });

  it("takes the samples of network policies", async () => {
    const samples = readFileSync(fileURLToPath(new URL("../../../deploy/samples/network-policies.yaml", import.meta.url)), "utf8");
    const taken = await kubectl(["create", "--dry-run=server", "--filename=-"], samples.replaceAll(/, namespace: [-a-z]+/g, ""));
    assert.equal(taken.match(/created \(server dry run\)/g)?.length, 4, taken);
  });

  it("their schemas are structural, and all four are in the category", async () => {
    const definitions = JSON.parse(await kubectl(["get", "crd", "--output=json"])).items.filter(
      ({ spec }: { spec: { group: string } }) => spec.group === "portico.dev",
    );
    assert.equal(definitions.length, 4);
    for (const { metadata, status } of definitions) {
      const conditions = status.conditions.map(({ type, status: state }: { type: string; status: string }) => `${type}=${state}`);
      assert.deepEqual(conditions.toSorted(), ["Established=True", "NamesAccepted=True"], metadata.name);
    }
    await kubectl(["get", "portico", "--all-namespaces"]);
    for (const short of readdirSync(folder).flatMap((name) => shortNames(join(folder, name)))) await kubectl(["get", short]);
  });

  for (const name of kindNames) {
    it(`${name}'s example is taken`, async () => assert.equal(await refusalOf(name, kinds[name].example), undefined));
  }

  it("what keeps the laws is taken", async () => {
    for (const [kind, what, spec] of keptSpecs) assert.equal(await refusalOf(kind, spec), undefined, `${kind}: ${what}`);
  });

  it("what breaks a law is refused", async () => {
    const taken: string[] = [];
    for (const [kind, what, spec] of brokenSpecs) if ((await refusalOf(kind, spec)) === undefined) taken.push(`${kind}: ${what}`);
    assert.deepEqual(taken, []);
  });

  it("an unknown field is refused where fields are checked strictly, as kubectl does", async () => {
    assert.match((await refusalOf("TargetEndpoint", { url: "http://a", uri: "http://b" })) ?? "", /unknown field "spec.uri"/);
  });
});

function shortNames(file: string): readonly string[] {
  const [, names = ""] = /shortNames:\n((?:\s+- \S+\n)+)/.exec(readFileSync(file, "utf8")) ?? [];
  return [...names.matchAll(/- (\S+)/g)].map(([, name = ""]) => name);
}
