import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { z } from "zod";
import { operatorObjects } from "../../../src/workloads/operator.ts";
import { operatorName } from "../../../src/workloads/operator-object.ts";
import { auditEvents } from "../harness/audit.ts";

const rules = z.array(z.object({ apiGroups: z.array(z.string()), resources: z.array(z.string()), verbs: z.array(z.string()) }));

/** `patch apps/deployments`. */
const rightOf = (verb: string, group: string, resource: string): string => `${verb} ${group}/${resource}`;

/** Every right that an operator gets when it is installed. */
function granted(): ReadonlySet<string> {
  const names = { namespace: "system", buildNamespace: "builds", image: "image", replicas: 1, args: [] };
  const roles = operatorObjects({ ...names, pullSecret: undefined, authorities: undefined }).filter(
    ({ kind, metadata }) => /^(Cluster)?Role$/.test(kind) && metadata.name.startsWith(operatorName),
  );
  const all = roles.flatMap((role) => rules.parse(role.rules));
  return new Set(
    all.flatMap(({ apiGroups: [group = ""], resources, verbs }) =>
      resources.flatMap((resource) => verbs.map((verb) => rightOf(verb, group, resource))),
    ),
  );
}

describe("the rights of the operator, by the cluster's own log of all that its tests did", () => {
  const used = new Set<string>();
  const refused: string[] = [];
  before(async () => {
    for (const { verb, user, objectRef, responseStatus } of await auditEvents()) {
      if (!user.username.endsWith(`:${operatorName}`) || objectRef === undefined) continue;
      const { apiGroup, resource, subresource } = objectRef;
      const right = rightOf(verb, apiGroup, subresource === undefined ? resource : `${resource}/${subresource}`);
      used.add(right);
      // Nobody may make anything in a namespace that is being deleted.
      if (responseStatus?.code === 403 && !responseStatus.message.includes("being terminated")) refused.push(right);
    }
  });

  // One that is taken out lets go of its Lease when its rights are gone already.
  it("are enough: nothing that it asked for was forbidden", () =>
    assert.deepEqual(
      refused.filter((right) => right !== "update coordination.k8s.io/leases"),
      [],
    ));

  // The full run is about what goes wrong: it does not ask for all that people may.
  it("are all used", { skip: process.env.PORTICO_E2E_FIGURES !== undefined }, () => {
    // To apply what is not there yet is to create it: the log says `patch` (Kubernetes: "Server-Side Apply").
    const isUsed = (right: string): boolean => used.has(right) || used.has(right.replace(/^create /, "patch "));
    const unused = [...granted()].filter((right) => !isUsed(right));
    assert.deepEqual(unused.toSorted(), []);
  });

  it("were asked for nothing else", () => {
    const rights = granted();
    assert.deepEqual(
      [...used].filter((right) => !rights.has(right)),
      [],
    );
  });
});
