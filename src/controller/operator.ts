import { inTime } from "../apply/in-time.ts";
import { resources } from "../apply/kubernetes/kinds.ts";
import { objectStore } from "../apply/kubernetes/objects.ts";
import { serves } from "../apply/kubernetes/serves.ts";
import type { Transport } from "../apply/kubernetes/transport.ts";
import { untilAborted } from "../apply/until-aborted.ts";
import { errorCode } from "../error-code.ts";
import type { Registries } from "../image/copy-blob.ts";
import { pin } from "../image/existing.ts";
import type { ImageReference } from "../image/reference.ts";
import { failed } from "../problem.ts";
import { followIssuers } from "../source/issuers.ts";
import type { LastApplied } from "./apply-objects.ts";
import { compiledGateways } from "./compiled-gateways.ts";
import { makeImages } from "./images.ts";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { backoffMs, makeQueue, type Outcome } from "./queue.ts";
import { reconcileApi } from "./reconcile-api.ts";
import { reconcileEndpoint } from "./reconcile-endpoint.ts";
import { reconcilePolicy } from "./reconcile-policy.ts";
import { registrySecret } from "./registry-secret.ts";
import type { OperatorSettings } from "./settings.ts";
import { makeUpdates } from "./updates.ts";
import { countsUsers, usedIssuer } from "./used.ts";
import { makeUsers } from "./users.ts";
import { watchWorld } from "./watches.ts";
import type { Building, World } from "./world.ts";

/** How many objects are worked on at a time. Builds are not among them: they run beside. */
const concurrency = 4;

/** How long what runs may take to end when the operator ends (milliseconds); a pod has thirty seconds. */
const endingMs = 10_000;

/** What an operator works with. */
interface Surroundings {
  readonly transport: Transport;
  readonly building: Building;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Called once all that is in the cluster is known; never after the signal. */
  readonly works: () => void;
}

/** Keeps the cluster as its APIs and TargetEndpoints say, until the signal, which may come at any time: what a cluster or a registry then still owes is not waited for. */
export async function operate(
  settings: OperatorSettings,
  { transport, building, log, metrics, works }: Surroundings,
  signal: AbortSignal,
): Promise<void> {
  const over = untilAborted(signal);
  const ended = new AbortController();
  const until = AbortSignal.any([signal, ended.signal]);
  const queue = makeQueue({ work: (object) => worked(object), concurrency, delayMs: backoffMs });
  metrics.follow(() => queue.depth);
  // What is used says how many use it.
  const users = makeUsers((used) => {
    if (countsUsers(used)) queue.add(used);
  });
  let unseen: Set<string> | undefined;
  let base: string | undefined;
  let started = (): void => {};
  const begun = new Promise<void>((resolve) => {
    started = resolve;
  });
  const store = objectStore(transport);
  const unexpected = (object: string, thrown: unknown): void => {
    const why = thrown instanceof Error ? (thrown.stack ?? "") : String(thrown);
    log("error", "A step failed in a way that nobody thought of.", { object, why });
  };
  const lastApplied: LastApplied = new Map();
  const hearers = {
    work: queue.add,
    used: (used: string): void => {
      for (const user of users.of(used)) queue.add(user);
    },
    gone: (uid: string): void => {
      lastApplied.delete(uid);
    },
    failed: (thrown: unknown): void => log("warning", "The cluster does not answer a watch.", { why: errorCode(thrown) }),
  };
  const asked = [resources.httpRoutes, resources.referenceGrants].map((resource) => serves(transport, resource, hearers.failed, until));
  const [httpRoutes, referenceGrants] = (await Promise.race([Promise.all(asked), over])) ?? [];
  if (signal.aborted) return;
  const served = { httpRoutes: httpRoutes === true, referenceGrants: referenceGrants === true };
  const { collections, owned, filled } = watchWorld(transport, served, hearers, until);
  const opening = registrySecret(settings, collections.secrets, building.pullCredentials);
  const { registries } = building;
  const issuers = followIssuers({
    changed: (issuer) => hearers.used(usedIssuer(issuer)),
    isUsed: (issuer) => users.of(usedIssuer(issuer)).size > 0,
  });
  const images = makeImages(
    (api) => queue.add(`API ${api}`),
    (api, thrown) => unexpected(`API ${api}`, thrown),
  );
  const gateways = compiledGateways({
    store,
    registries,
    issuers,
    users,
    collections,
    alwaysUsed: opening.used,
    limitsService: settings.limitsService,
    traces: settings.traces,
  });
  const world: World = {
    settings,
    collections,
    owned,
    lastApplied,
    untouched: new Map(),
    store,
    building,
    images,
    gateways,
    updates: makeUpdates(registries, gateways),
    users,
    knowsUsers: () => unseen?.size === 0,
    registrySecret: opening,
    makesWith: () => ({ toolkit: settings.version, base }),
    log,
    metrics,
  };

  async function worked(full: string): Promise<Outcome> {
    await begun;
    if (until.aborted) return "done";
    const [kind = "", key = ""] = full.split(" ");
    const began = performance.now();
    const ended = (outcome: "done" | "retry" | "failed"): void => metrics.reconciled(kind, outcome, (performance.now() - began) / 1000);
    try {
      const outcome = await reconcile(world, kind, key);
      ended(outcome === "retry" ? "retry" : "done");
      if (kind === "API") seen(key);
      return outcome;
    } catch (thrown) {
      unexpected(full, thrown);
      ended("failed");
      return "retry";
    }
  }

  /** With the last API that was there at the start, it is known who uses what. */
  function seen(api: string): void {
    if (unseen?.delete(api) && unseen.size === 0) countUsers();
  }
  function countUsers(): void {
    const { targetEndpoints, rateLimitings, securities } = collections;
    for (const key of targetEndpoints.objects.keys()) queue.add(`TargetEndpoint ${key}`);
    for (const key of rateLimitings.objects.keys()) queue.add(`RateLimiting ${key}`);
    for (const key of securities.objects.keys()) queue.add(`Security ${key}`);
  }

  [base] = (await Promise.race([Promise.all([baseDigest(registries, settings.base), filled]), over])) ?? [];
  // What waits for that goes on, too: after the signal it does nothing.
  started();
  if (!signal.aborted) {
    unseen = new Set(collections.apis.objects.keys());
    if (unseen.size === 0) countUsers();
    works();
    log("info", "The operator works.", { apis: collections.apis.objects.size });
    await over;
  }
  issuers.close();
  // The lead is given away after that: what is being made is somebody else's to go on with.
  const stopped = Promise.all([images.stop(), queue.stop()]).then(() => {});
  await inTime(stopped, endingMs, () => {});
  ended.abort();
}

/** Which image gateways' images are made on now; undefined where its registry does not say it soon. */
async function baseDigest(registries: Registries, base: ImageReference): Promise<string | undefined> {
  if (base.digest !== undefined) return base.digest;
  const pinned = await inTime(pin(registries, base), basePatienceMs, () => failed());
  return pinned.ok ? pinned.value.digest : undefined;
}

/** How long the base's registry may take when an operator starts (milliseconds). */
const basePatienceMs = 10_000;

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
