import { ApiException } from "@kubernetes/client-node";
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
export const applyManifests = (transport: Transport, manifests: readonly unknown[]): Promise<Checked<void>> =>
  oneByOne(transport, "apply", manifests, async (path, body) => {
    await transport.json({
      method: "PATCH",
      path: `${path}?fieldManager=portico&force=true`,
      contentType: "application/apply-patch+yaml",
      body,
    });
  });

/** Removes objects of any kinds, one after the other; those that are gone are fine. Fails as the cluster does. */
export const removeManifests = (transport: Transport, manifests: readonly unknown[]): Promise<Checked<void>> =>
  oneByOne(transport, "remove", manifests, async (path) => {
    try {
      await transport.json({ method: "DELETE", path });
    } catch (thrown) {
      if (!(thrown instanceof ApiException && thrown.code === 404)) throw thrown;
    }
  });

async function oneByOne(
  transport: Transport,
  verb: string,
  manifests: readonly unknown[],
  act: (path: string, one: unknown) => Promise<void>,
): Promise<Checked<void>> {
  for (const one of manifests) {
    const { apiVersion, kind, metadata } = manifest.parse(one);
    try {
      const plural = await pluralOf(transport, apiVersion, kind);
      await act(pathOf({ apiVersion, kind, plural }, metadata.namespace, metadata.name), one);
    } catch (thrown) {
      return failed(clusterProblem(transport.server, `${verb} the ${kind} ${metadata.name}`, thrown));
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
