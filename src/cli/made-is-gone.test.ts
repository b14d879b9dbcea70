import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ApiException } from "@kubernetes/client-node";
import { type Connection, fakeCluster } from "../../testing/fake-cluster.ts";
import { stillTime } from "../../testing/still-time.ts";
import { type ApiResource, madeKinds, pathOf } from "../apply/kubernetes/kinds.ts";
import type { Checked } from "../problem.ts";
import { operatorObjects } from "../workloads/operator.ts";
import { madeIsGone } from "./made-is-gone.ts";

const made = (resource: ApiResource): string => pathOf(resource, "a", "pets-gateway");
const noHttpRoutes: Connection["trouble"] = (asked) => (asked.endsWith("/httproutes") ? new ApiException(404, "", "{}", {}) : undefined);

/** A cluster with one object of each of the kinds, and somebody who waits until all are gone. */
function waits(kinds: readonly ApiResource[], trouble: Connection["trouble"] = () => undefined) {
  const cluster = fakeCluster();
  for (const resource of kinds) cluster.put(made(resource), { metadata: { name: "pets-gateway", namespace: "a" } });
  const connection = cluster.open();
  connection.trouble = trouble;
  const found: Checked<void>[] = [];
  void madeIsGone(connection.transport).then((one) => found.push(one));
  return { cluster, found };
}

describe("what was made for APIs is gone", () => {
  for (const hasHttpRoutes of [true, false]) {
    it(`when the last object of each kind is, in a cluster that knows ${hasHttpRoutes ? "" : "no "}HTTPRoutes`, async (t) => {
      const kinds = madeKinds(hasHttpRoutes);
      const pass = stillTime(t);
      const { cluster, found } = waits(kinds, hasHttpRoutes ? undefined : noHttpRoutes);
      for (const resource of kinds) {
        await pass(1_000);
        assert.deepEqual(found, [], `before the ${resource.kind} is gone`);
        cluster.remove(made(resource));
      }
      await pass(1_000);
      assert.deepEqual(found, [{ ok: true, value: undefined, problems: [] }]);
    });
  }

  it("at once where nothing was made", async (t) => {
    const pass = stillTime(t);
    const { found } = waits([]);
    await pass(1_000);
    assert.ok(found[0]?.ok);
  });

  it("not after a minute: what is still there is named", async (t) => {
    const pass = stillTime(t);
    for (const resource of madeKinds(true)) {
      const { found } = waits([resource]);
      await pass(61_000);
      assert.match(found[0]?.problems[0]?.message ?? "", new RegExp(`there are still ${resource.kind} a/pets-gateway\\.`));
    }
  });

  it("for all that anybody knows where a kind cannot be listed: that is no yes", async (t) => {
    const pass = stillTime(t);
    const denied = new ApiException(403, "", '{"message":"no"}', {});
    const troubles: readonly (readonly [Connection["trouble"], string])[] = [
      [() => denied, "ClusterDenied"],
      [(asked) => (asked.endsWith("/poddisruptionbudgets") ? denied : undefined), "ClusterDenied"],
      [() => "silent", "ClusterUnreachable"],
    ];
    for (const [trouble, reason] of troubles) {
      const { found } = waits([], trouble);
      await pass(61_000);
      assert.deepEqual(
        found[0]?.problems.map((problem) => problem.reason),
        [reason],
      );
    }
  });

  it("is asked of every kind that the operator may make for them", () => {
    const options = { image: "", replicas: 1, args: [], pullSecret: undefined, authorities: undefined };
    const objects = operatorObjects({ namespace: "a", buildNamespace: "b", ...options });
    const { rules } = Object(objects.find(({ kind, metadata }) => kind === "ClusterRole" && metadata.name === "portico-operator"));
    const makes = [...rules]
      .filter(({ verbs }) => verbs.includes("create"))
      .flatMap((rule) => rule.resources)
      .filter((plural) => plural !== "events");
    assert.deepEqual(
      makes.toSorted(),
      madeKinds(true)
        .map(({ plural }) => plural)
        .toSorted(),
    );
  });
});
