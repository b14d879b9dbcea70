import { hostname } from "node:os";
import { objectStore } from "../apply/kubernetes/objects.ts";
import type { Transport } from "../apply/kubernetes/transport.ts";
import { untilAborted } from "../apply/until-aborted.ts";
import { seekLeadership } from "./leader.ts";
import type { Log } from "./log.ts";

interface Surroundings {
  /** Opens the cluster's API; `mayWrite` is asked right before each request that writes. */
  readonly open: (mayWrite?: () => boolean) => Transport;
  /** Where the lease is. */
  readonly namespace: string;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** What one does who leads, until the signal; `leads` says whether one still does. */
type Work = (transport: Transport, signal: AbortSignal, leads: () => boolean) => Promise<void>;

/** Works while this operator leads; the exit code. One that leads no more ends, and is started anew to wait for its turn. */
export async function asLeader({ open, namespace, log, signal }: Surroundings, work: Work): Promise<number> {
  const identity = hostname();
  const own = open();
  const seeking = new AbortController();
  const leadership = seekLeadership({ transport: own, store: objectStore(own), namespace, identity, log, signal: seeking.signal });
  const transport = open(leadership.holds);
  const lost = new AbortController();
  try {
    await Promise.race([leadership.won, untilAborted(signal)]);
    if (signal.aborted) return 0;
    log("info", "This operator leads.", { identity });
    void leadership.lost.then(() => {
      log("error", "This operator does not lead any more.");
      lost.abort();
    });
    await work(transport, AbortSignal.any([signal, lost.signal]), leadership.holds);
    return lost.signal.aborted ? 1 : 0;
  } finally {
    // What it still asks for ends before another one may lead.
    transport.close();
    await leadership.release();
    seeking.abort();
    own.close();
  }
}
