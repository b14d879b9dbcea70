import { join } from "node:path";
import { run } from "../cluster/command.ts";
import type { Ending } from "./namespace.ts";
import { target } from "./target.ts";

const group = "gateway.networking.k8s.io";
const kubectl = (...args: readonly string[]): Promise<string> => run([...target.kubectl, ...args]);

/** Teaches the cluster the kinds ReferenceGrant and HTTPRoute, unless it knows them; they go with the tests. */
export async function installGatewayApi(t: Ending): Promise<void> {
  for (const kind of ["referencegrants", "httproutes"]) {
    const name = `${kind}.${group}`;
    if ((await kubectl("get", "customresourcedefinition", name, "--ignore-not-found", "--output=name")) !== "") continue;
    await kubectl("create", "--filename", join(target.gatewayApi, `${group}_${kind}.yaml`));
    t.after(async () => {
      await kubectl("delete", "customresourcedefinition", name);
    });
    await kubectl("wait", "--for=condition=Established", `customresourcedefinition/${name}`, "--timeout=30s");
  }
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
