import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { must } from "../../../testing/envoy.ts";
import { Redacted } from "../../redacted.ts";
import { parseReference } from "../reference.ts";
import { kanikoInputs } from "./inputs.ts";
import { kanikoJob } from "./job.ts";
import type { KanikoBuild, KanikoSettings } from "./settings.ts";

const settings: KanikoSettings = {
  namespace: "builds",
  executor: "registry.test/kaniko:1",
  toolkit: must(parseReference("registry.test/toolkit:1")),
  plainHttp: false,
  serviceAccount: undefined,
  plainHttpRegistries: [],
  authorities: undefined,
  cache: undefined,
  mirrors: [],
  deadlineSeconds: 300,
  extraArguments: [],
};

const build: KanikoBuild = {
  name: "pets",
  base: must(parseReference("registry.test/gateway:1")),
  target: must(parseReference("registry.test/apis/pets:1.0")),
  labels: { "dev.portico.input-hash": "abc" },
  filesHash: "f".repeat(64),
  parts: new Map([
    ["project.tar.gz.000", Buffer.from("one")],
    ["project.tar.gz.001", Buffer.from("two")],
  ]),
  credential: undefined,
};
const secret = new Redacted('{"auths":{"registry.test":{"auth":"dTpw"}}}');

const jobText = (change: Partial<KanikoSettings>, more: Partial<KanikoBuild> = {}): string =>
  JSON.stringify(kanikoJob({ ...settings, ...change }, { ...build, ...more }));

describe("Kaniko's Job", () => {
  it("pushes to the target with the labels, within its deadline, and speaks TLS unless that is said otherwise", () => {
    const text = jobText({});
    assert.match(text, /"activeDeadlineSeconds":300/);
    assert.match(text, /"--destination=registry\.test\/apis\/pets:1\.0"/);
    assert.match(text, /"--label=dev\.portico\.input-hash=abc"/);
    assert.doesNotMatch(text, /insecure|credential|authority/);
    const one = jobText({ plainHttpRegistries: ["localhost:5000"] });
    assert.match(one, /"--insecure-registry=localhost:5000"/);
    assert.doesNotMatch(one, /"--insecure(-pull)?"/);
    assert.match(jobText({ plainHttp: true }), /"--insecure","--insecure-pull"/);
  });

  it("mounts the credential where Kaniko looks for it, and the authorities for all registries of the build", () => {
    const base = must(parseReference("base.test/gateway:1"));
    const text = jobText({ authorities: "PEM", extraArguments: ["--verbosity=debug"] }, { base, credential: secret });
    assert.match(text, /"name":"credential","mountPath":"\/kaniko\/\.docker"/);
    assert.match(text, /"secretName":"pets-credential","items":\[\{"key":"\.dockerconfigjson","path":"config\.json"\}\]/);
    for (const registry of ["registry\\.test", "base\\.test"])
      assert.match(text, new RegExp(`"--registry-certificate=${registry}=/kaniko/authority/ca\\.crt"`));
    assert.match(text, /"--verbosity=debug"/);
    assert.doesNotMatch(text, /dTpw/);
  });

  it("names a cache, mirrors and whom it runs as where they are given", () => {
    const cache = must(parseReference("registry.test/cache"));
    const text = jobText({ cache, mirrors: ["mirror.test"], serviceAccount: "builder" });
    assert.match(text, /"--cache=true","--cache-repo=registry\.test\/cache","--registry-mirror=mirror\.test"/);
    assert.match(text, /"serviceAccountName":"builder"/);
  });

  it("owns the credential and the authorities that it reads", () => {
    const inputs = kanikoInputs({ ...settings, authorities: "PEM" }, { ...build, credential: secret }, "uid-1").slice(3);
    assert.deepEqual(
      inputs.map(({ kind, data, metadata }) => [kind, data, metadata]),
      [
        ["Secret", { ".dockerconfigjson": Buffer.from(secret.reveal()).toString("base64") }, "pets-credential"],
        ["ConfigMap", { "ca.crt": "PEM" }, "pets-authority"],
      ].map(([kind, data, name]) => {
        const ownerReferences = [{ apiVersion: "batch/v1", kind: "Job", name: "pets", uid: "uid-1" }];
        return [kind, data, { name, namespace: "builds", ownerReferences }];
      }),
    );
  });

  it("reads a Dockerfile and every part of the project from ConfigMaps that it owns", () => {
    const inputs = kanikoInputs(settings, build, "uid-1");
    assert.deepEqual(
      inputs.map(({ metadata }) => metadata),
      [0, 1, 2].map((part) => ({
        name: `pets-project-${part}`,
        namespace: "builds",
        ownerReferences: [{ apiVersion: "batch/v1", kind: "Job", name: "pets", uid: "uid-1" }],
      })),
    );
    assert.deepEqual(inputs[2]?.binaryData, { "project.tar.gz.001": Buffer.from("two").toString("base64") });
    assert.deepEqual(inputs[0]?.data, {
      Dockerfile: [
        "FROM registry.test/toolkit:1 AS toolkit",
        `RUN ["/usr/local/bin/node","/opt/portico/portico.js","build","--from-project","/project","--expect","${"f".repeat(64)}","--out","/tmp/gateway"]`,
        "FROM registry.test/gateway:1",
        "COPY --from=toolkit --chown=0:0 /tmp/gateway/image /gateway/image",
        "",
      ].join("\n"),
    });
    const mounted = /"projected":\{"sources":(\[.*?\])\}/.exec(jobText({}))?.[1] ?? "";
    assert.deepEqual(
      JSON.parse(mounted),
      [0, 1, 2].map((part) => ({ configMap: { name: `pets-project-${part}` } })),
    );
  });
});
