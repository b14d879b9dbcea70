import { type Collection, watchCollection } from "../apply/kubernetes/collection.ts";
import { type ApiResource, pathOf, resources } from "../apply/kubernetes/kinds.ts";
import { objectStore } from "../apply/kubernetes/objects.ts";
import type { StoredObject } from "../apply/kubernetes/stored-object.ts";
import type { Transport } from "../apply/kubernetes/transport.ts";
import { errorCode } from "../error-code.ts";
import { managedSelector } from "../workloads/object.ts";
import { anyEndpoint, compiledGateways, usedConfigMap, usedEndpoint, usedSecret } from "./compiled-gateways.ts";
import { makeImages } from "./images.ts";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { ownedIndex } from "./owned.ts";
import { backoffMs, makeQueue, type Outcome } from "./queue.ts";
import { reconcileApi } from "./reconcile-api.ts";
import { reconcileEndpoint } from "./reconcile-endpoint.ts";
import { reconcilePolicy } from "./reconcile-policy.ts";
import { registrySecret } from "./registry-secret.ts";
import type { OperatorSettings } from "./settings.ts";
import { makeUsers } from "./users.ts";
import type { Building, World } from "./world.ts";

/** How many objects are worked on at a time. Builds are not among them: they run beside. */
const concurrency = 4;

/** What an operator works with. */
interface Surroundings {
  readonly transport: Transport;
  readonly building: Building;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Called once all that is in the cluster is known. */
  readonly works: () => void;
}

/** Keeps the cluster as its APIs and TargetEndpoints say, until the signal. */
export async function operate(
  settings: OperatorSettings,
  { transport, building, log, metrics, works }: Surroundings,
  signal: AbortSignal,
): Promise<void> {
  const hasHttpRoutes = await serves(transport, resources.httpRoutes);
  const ended = new AbortController();
  const until = AbortSignal.any([signal, ended.signal]);
  const failed = (thrown: unknown): void => log("warning", "The cluster does not answer a watch.", { why: errorCode(thrown) });
  const queue = makeQueue({ work: (key) => worked(key), concurrency, delayMs: backoffMs });
  metrics.follow(() => queue.depth);
  const users = makeUsers();
  const store = objectStore(transport);

  const watch = (
    resource: ApiResource,
    changed: (key: string, now: StoredObject | undefined, before: StoredObject | undefined) => void,
    metadataOnly = false,
  ): Collection => watchCollection(transport, { resource, metadataOnly }, { changed, failed }, until);
  const tellUsers = (used: string): void => {
    for (const user of users.of(used)) queue.add(user);
  };
  const ownKind =
    (kind: string) =>
    (key: string, now: StoredObject | undefined, before: StoredObject | undefined): void => {
      if (now === undefined || before === undefined || saysMore(now, before)) queue.add(`${kind} ${key}`);
    };
  const collections = {
    apis: watch(resources.apis, ownKind("API")),
    targetEndpoints: watch(resources.targetEndpoints, (key, now, before) => {
      ownKind("TargetEndpoint")(key, now, before);
      if (now !== undefined && before !== undefined && !saysMore(now, before)) return;
      const [namespace = "", name = ""] = key.split("/");
      tellUsers(usedEndpoint(namespace, name));
      tellUsers(anyEndpoint(namespace));
    }),
    rateLimitings: watch(resources.rateLimitings, ownKind("RateLimiting")),
    securities: watch(resources.securities, ownKind("Security")),
    configMaps: watch(
      resources.configMaps,
      (key) => {
        const [namespace = "", name = ""] = key.split("/");
        tellUsers(usedConfigMap(namespace, name));
      },
      true,
    ),
    secrets: watch(
      resources.secrets,
      (key, now, before) => {
        // What a certificate's Secret holds is mounted as it is; the registry's is copied.
        if (now === undefined || before === undefined || opening.used.includes(usedSecret(key))) tellUsers(usedSecret(key));
      },
      true,
    ),
  };

  const owned = ownedIndex();
  const made: readonly ApiResource[] = [
    resources.deployments,
    resources.services,
    resources.autoscalers,
    resources.budgets,
    resources.ingresses,
    ...(hasHttpRoutes ? [resources.httpRoutes] : []),
  ];
  const ownedCollections = [...made, resources.secrets].map((resource) => {
    const metadataOnly = resource.kind === "Secret";
    const changed = (key: string, now: StoredObject | undefined, before: StoredObject | undefined): void => {
      owned.changed(resource.kind, key, now);
      const [owner] = (now ?? before)?.metadata.owners ?? [];
      if (owner !== undefined) queue.add(`${owner.kind} ${key.split("/")[0]}/${owner.name}`);
    };
    return watchCollection(transport, { resource, labelSelector: managedSelector, metadataOnly }, { changed, failed }, until);
  });

  const opening = registrySecret(settings, collections.secrets, building.credentials);
  const world: World = {
    settings,
    collections,
    owned,
    lastApplied: new Map(),
    store,
    building,
    images: makeImages((api) => queue.add(`API ${api}`)),
    gateways: compiledGateways({
      store,
      registries: building.registries,
      users,
      configMaps: collections.configMaps,
      targetEndpoints: collections.targetEndpoints,
      alwaysUsed: opening.used,
    }),
    users,
    registrySecret: opening,
    log,
    metrics,
  };
  // Who looks before all is there would make what is there already.
  const filled = Promise.all([...Object.values(collections), ...ownedCollections].map((one) => one.filled));

  async function worked(full: string): Promise<Outcome> {
    await filled;
    if (until.aborted) return "done";
    const [kind = "", key = ""] = full.split(" ");
    const began = performance.now();
    const ended = (outcome: Outcome | "failed"): void => metrics.reconciled(kind, outcome, (performance.now() - began) / 1000);
    try {
      const outcome = await reconcile(world, kind, key);
      ended(outcome);
      return outcome;
    } catch (thrown) {
      log("error", "A step failed in a way that nobody thought of.", {
        object: full,
        why: thrown instanceof Error ? (thrown.stack ?? "") : String(thrown),
      });
      ended("failed");
      return "retry";
    }
  }

  await filled;
  works();
  log("info", "The operator works.", { apis: collections.apis.objects.size });
  await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  await queue.stop();
  ended.abort();
}

function reconcile(world: World, kind: string, key: string): Promise<Outcome> {
  switch (kind) {
    case "API":
      return reconcileApi(world, key);
    case "TargetEndpoint":
      return reconcileEndpoint(world, key);
    case "RateLimiting":
    case "Security":
      return reconcilePolicy(world, kind, key);
    default:
      return Promise.resolve("done");
  }
}

/** Whether an object says something new, and not merely its status: that is our own word. */
function saysMore(now: StoredObject, before: StoredObject): boolean {
  const said = ({ metadata: { generation, annotations, labels, deleted, uid } }: StoredObject): string =>
    JSON.stringify([uid, generation, annotations, labels, deleted]);
  return said(now) !== said(before);
}

/** Whether a cluster knows a kind. */
async function serves(transport: Transport, resource: ApiResource): Promise<boolean> {
  try {
    await transport.json({ method: "GET", path: `${pathOf(resource)}?limit=1` });
    return true;
  } catch {
    return false;
  }
}
