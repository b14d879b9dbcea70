import { join } from "node:path";
import { run } from "../cluster/command.ts";
import type { Ending } from "./namespace.ts";
import { target } from "./target.ts";

const kind = "referencegrants.gateway.networking.k8s.io";
const kubectl = (...args: readonly string[]): Promise<string> => run([...target.kubectl, ...args]);

/** Teaches the cluster the kind ReferenceGrant, unless it knows it; it goes with the tests. */
export async function installReferenceGrants(t: Ending): Promise<void> {
  if ((await kubectl("get", "customresourcedefinition", kind, "--ignore-not-found", "--output=name")) !== "") return;
  await kubectl("create", "--filename", join(target.gatewayApi, "gateway.networking.k8s.io_referencegrants.yaml"));
  t.after(async () => {
    await kubectl("delete", "customresourcedefinition", kind);
  });
  await kubectl("wait", "--for=condition=Established", `customresourcedefinition/${kind}`, "--timeout=30s");
}

/** Lets APIs of a namespace use some objects of the one that this is applied to. */
export const referenceGrant = (name: string, from: string, to: readonly { readonly kind: string; readonly name: string }[]): object => ({
  apiVersion: "gateway.networking.k8s.io/v1beta1",
  kind: "ReferenceGrant",
  metadata: { name },
  spec: {
    from: [{ group: "portico.dev", kind: "API", namespace: from }],
    to: to.map((one) => ({ group: "portico.dev", ...one })),
  },
});
