import { availableParallelism, loadavg } from "node:os";

/** A second in milliseconds; longer where the machine has much more to do than it can, since then it says nothing of who is measured. */
export const aSecondMs = (): number => 1_000 * Math.max(1, (loadavg()[0] ?? 0) / (2 * availableParallelism()));
