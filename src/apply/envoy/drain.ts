import { setTimeout as wait } from "node:timers/promises";
import type { AdminClient } from "./admin.ts";

/** How long a gateway sends its clients away. */
export interface DrainBounds {
  /** Who sends requests here learns only after a moment that others serve now (Kubernetes: EndpointSlices, load balancers). */
  readonly leastMs: number;
  /** Whoever is still there then is cut off. */
  readonly mostMs: number;
}

/** Between two looks at how many connections there are: Envoy tells nobody. */
const pauseMs = 100;

/**
 * Lets Envoy send its clients away while it still serves: each answer then says `Connection: close`, or GOAWAY (envoy: admin,
 * `drain_listeners?graceful`). Resolves when no connection is left, at the latest at the bound; the number that is left.
 */
export async function drain(admin: AdminClient, { leastMs, mostMs }: DrainBounds): Promise<number> {
  const began = performance.now();
  const answer = await admin.post("/drain_listeners?graceful&skip_exit");
  // Envoy is gone, or not there yet: nobody is to be sent away.
  if (answer?.status !== 200) return 0;
  for (;;) {
    const connections = await admin.stats(/^http\.gateway\.downstream_cx_active$/);
    const left = [...connections.values()].reduce<number>((sum, count) => sum + Number(count), 0);
    const passed = performance.now() - began;
    if ((left === 0 && passed >= leastMs) || passed >= mostMs) return left;
    await wait(pauseMs);
  }
}
