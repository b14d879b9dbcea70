import { z } from "zod";
import { type Checked, checked, failed } from "../../problem.ts";
import { pathOf } from "./kinds.ts";
import { clusterProblem } from "./problems.ts";
import type { Transport } from "./transport.ts";

/** An object of any kind. */
const manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
});

const resourceList = z.object({ resources: z.array(z.object({ name: z.string(), kind: z.string(), namespaced: z.boolean() })) });

/** Makes objects of any kinds so, one after the other (server-side apply), by whatever resources the cluster has for them. Fails as the cluster does. */
export async function applyManifests(transport: Transport, manifests: readonly unknown[]): Promise<Checked<void>> {
  for (const one of manifests) {
    const { apiVersion, kind, metadata } = manifest.parse(one);
    try {
      const plural = await pluralOf(transport, apiVersion, kind);
      const path = pathOf({ apiVersion, kind, plural }, metadata.namespace, metadata.name);
      const query = "?fieldManager=portico&force=true";
      await transport.json({ method: "PATCH", path: `${path}${query}`, contentType: "application/apply-patch+yaml", body: one });
    } catch (thrown) {
      return failed(clusterProblem(transport.server, `apply the ${kind} ${metadata.name}`, thrown));
    }
  }
  return checked(undefined, []);
}

/** What a kind's resource is called (Kubernetes API: "Discovery"). */
async function pluralOf(transport: Transport, apiVersion: string, kind: string): Promise<string> {
  const path = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const { resources } = resourceList.parse(await transport.json({ method: "GET", path }));
  const found = resources.find((one) => one.kind === kind && !one.name.includes("/"));
  if (found === undefined) throw new Error(`The cluster has no ${kind} of ${apiVersion}.`);
  return found.name;
}
