import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { builtAnew } from "../harness/base-images.ts";
import { makeNamespace } from "../harness/namespace.ts";
import { target } from "../harness/target.ts";

/** The digest that a tag of the cluster's registry stands for. */
async function digestOf(image: string): Promise<string> {
  const [, repository = "", tag = ""] = /^[^/]*\/(.*):([^:]*)$/.exec(image) ?? [];
  const accept = ["application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json"].join(", ");
  const answer = await fetch(`http://${target.pushRegistry}/v2/${repository}/manifests/${tag}`, { method: "HEAD", headers: { accept } });
  assert.equal(answer.status, 200, image);
  return answer.headers.get("docker-content-digest") ?? assert.fail(`${image} has no digest`);
}

describe("the base images", { timeout: 600_000, skip: !target.registryIsPlainHttp && "its registry is asked without TLS" }, () => {
  it("are the same when they are made again, from contexts that are made again", async (t) => {
    const namespace = await makeNamespace(t);
    const [one, other] = [await builtAnew(namespace), await builtAnew(namespace)];
    for (const name of ["toolkit", "gateway", "operator"] as const) {
      assert.notEqual(one[name], other[name]);
      assert.equal(await digestOf(one[name]), await digestOf(other[name]), name);
    }
  });
});
