import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** What the operator counts of itself, for Prometheus. Labels are kinds and reasons: there are few, however many APIs there are. */
export interface Metrics {
  reconciled(kind: string, outcome: "done" | "retry" | "failed", seconds: number): void;
  built(builder: string, succeeded: boolean, seconds: number): void;
  /** A status that says what is wrong. */
  refused(kind: string, reason: string): void;
  /** From now on the queue's depth is what this says. */
  follow(depth: () => number): void;
  /** The text that Prometheus reads. */
  text(): Promise<string>;
}

export function makeMetrics(): Metrics {
  let depth = (): number => 0;
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const reconciles = new Counter({
    name: "portico_reconciles_total",
    help: "How often an object was worked on, and how that ended.",
    labelNames: ["kind", "outcome"],
    registers,
  });
  const durations = new Histogram({
    name: "portico_reconcile_seconds",
    help: "How long working on an object took.",
    labelNames: ["kind"],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
    registers,
  });
  const builds = new Histogram({
    name: "portico_build_seconds",
    help: "How long looking for an image, or building it, took.",
    labelNames: ["builder", "outcome"],
    buckets: [0.1, 0.5, 2, 10, 30, 120, 600],
    registers,
  });
  const refusals = new Counter({
    name: "portico_refusals_total",
    help: "Statuses that say what is wrong, by reason.",
    labelNames: ["kind", "reason"],
    registers,
  });
  new Gauge({
    name: "portico_queue_depth",
    help: "Objects that wait for work, or are worked on.",
    registers,
    collect() {
      this.set(depth());
    },
  });
  return {
    reconciled: (kind, outcome, seconds) => {
      reconciles.inc({ kind, outcome });
      durations.observe({ kind }, seconds);
    },
    built: (builder, succeeded, seconds) => builds.observe({ builder, outcome: succeeded ? "built" : "failed" }, seconds),
    refused: (kind, reason) => refusals.inc({ kind, reason }),
    follow: (queue) => {
      depth = queue;
    },
    text: () => registry.metrics(),
  };
}
