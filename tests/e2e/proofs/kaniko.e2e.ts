import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { makeNamespace, type Namespace } from "../harness/namespace.ts";
import { target, testImage } from "../harness/target.ts";

const dockerfile = `
FROM ${testImage("debian")} AS toolkit
RUN mkdir /out && tr a-z A-Z < /project/text > /out/text
FROM ${testImage("debian")}
COPY --from=toolkit /out /gateway
CMD ["/bin/cat", "/gateway/text"]
`;

/** A ConfigMap's mount has links for which COPY is wrong: a RUN reads it, and it is no part of the image. */
const options = [
  "--context=dir:///workspace",
  "--dockerfile=/project/Dockerfile",
  "--ignore-path=/project",
  "--reproducible",
  "--single-snapshot",
];

const job = (name: string, destination: string) => ({
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: { name },
  spec: {
    backoffLimit: 0,
    activeDeadlineSeconds: 120,
    template: {
      spec: {
        restartPolicy: "Never",
        containers: [
          {
            name: "kaniko",
            image: testImage("kaniko"),
            args: [
              ...options,
              `--destination=${destination}`,
              "--digest-file=/dev/termination-log",
              ...(target.registryIsPlainHttp ? ["--insecure", "--insecure-pull"] : []),
            ],
            volumeMounts: [{ name: "project", mountPath: "/project" }],
          },
        ],
        volumes: [{ name: "project", configMap: { name: "project" } }],
      },
    },
  },
});

/** Builds with a Job of a name: the digest, as the container said it at its end. */
async function build(namespace: Namespace, name: string): Promise<string> {
  await namespace.apply(job(name, `${target.registry}/e2e/${namespace.name}:${name}`));
  await namespace.condition(`job/${name}`, "Complete", 120);
  const pod = `pods --selector=job-name=${name}`.split(" ");
  return namespace.kubectl("get", ...pod, "--output=jsonpath={.items[0].status.containerStatuses[0].state.terminated.message}");
}

describe("Kaniko in a Job", { timeout: 300_000 }, () => {
  it("builds in two stages, pushes, and the image runs; the same input gives the same digest", async (t) => {
    const namespace = await makeNamespace(t);
    await namespace.apply({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "project" },
      data: { Dockerfile: dockerfile, text: "hello from stage one" },
    });
    const digest = await build(namespace, "first");
    assert.match(digest, /^sha256:[0-9a-f]{64}$/);
    await namespace.apply({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "built" },
      spec: { restartPolicy: "Never", containers: [{ name: "built", image: `${target.registry}/e2e/${namespace.name}@${digest}` }] },
    });
    await namespace.kubectl("wait", "--for=jsonpath={.status.phase}=Succeeded", "pod/built", "--timeout=60s");
    assert.equal(await namespace.kubectl("logs", "pod/built"), "HELLO FROM STAGE ONE");
    assert.equal(await build(namespace, "second"), digest);
  });
});
