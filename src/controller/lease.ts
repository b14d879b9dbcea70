import { z } from "zod";
import type { StoredObject } from "../apply/kubernetes/stored-object.ts";

/** How long nobody else takes the lead after it was last said, how long one counts on it oneself, and how often it is said (milliseconds). */
export const leaseMs = 15_000;
export const deadlineMs = 10_000;
export const periodMs = 3_000;

const lease = z.looseObject({
  spec: z
    .looseObject({
      holderIdentity: z.string().default(""),
      leaseDurationSeconds: z.number().default(leaseMs / 1000),
      renewTime: z.string().default(""),
    })
    .prefault({}),
});

/** What a Lease says of who leads (Kubernetes: "Leases"). */
export interface Lead {
  /** Empty where nobody does. */
  readonly holder: string;
  /** When that was said last, by the clock of who said it. */
  readonly renewed: string;
  /** How long somebody else waits from then on (milliseconds). */
  readonly durationMs: number;
}

export function leadOf(object: StoredObject | undefined): Lead {
  const { holderIdentity, leaseDurationSeconds, renewTime } = lease.parse(object?.value ?? {}).spec;
  return { holder: holderIdentity, renewed: renewTime, durationMs: leaseDurationSeconds * 1000 };
}
