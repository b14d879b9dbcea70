import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { auditLog } from "../cluster/components/apiserver.ts";
import { clusterFolder } from "../cluster/place.ts";

const event = z.looseObject({
  verb: z.string(),
  user: z.looseObject({ username: z.string(), extra: z.record(z.string(), z.array(z.string())).default({}) }),
  objectRef: z
    .looseObject({
      resource: z.string(),
      subresource: z.string().optional(),
      apiGroup: z.string().default(""),
      namespace: z.string().optional(),
      name: z.string().optional(),
    })
    .optional(),
  responseStatus: z.looseObject({ code: z.number(), message: z.string().default("") }).optional(),
});

/** What a pod asked of the cluster, and what it was answered (audit.k8s.io/v1: Event). */
export type AuditEvent = z.infer<typeof event>;

/** What the cluster of `npm run e2e` has written down: all of it, or from a line on. */
export async function auditEvents(from = 0): Promise<readonly AuditEvent[]> {
  const lines = (await readFile(join(clusterFolder("e2e"), auditLog), "utf8")).split("\n").filter(Boolean);
  return lines.slice(from).map((line) => event.parse(JSON.parse(line)));
}

/** Whether it is asked to change something. */
export const isWrite = ({ verb }: AuditEvent): boolean => !/^(get|list|watch)$/.test(verb);
