import { z } from "zod";
import { atMostOne, exactlyOne, under } from "./law.ts";
import { entryKey, objectName, objectReference } from "./name.ts";
import { countOrPercent, quantity } from "./quantity.ts";

/** Anything that Kubernetes takes at this place, unseen by Portico. */
const kubernetesObject = z.record(z.string(), z.unknown());

const entryOf = (kind: string) =>
  z.strictObject({
    name: objectName.describe(`The ${kind}'s name.`),
    key: entryKey.describe("The entry's key."),
  });

/** One environment variable, as in a container of Kubernetes. */
export const envVariable = atMostOne(
  z.strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_.-]*$/, "Not the name of an environment variable. Write letters, digits and `_`.")
      .describe("The variable's name."),
    value: z.string().optional().describe("Its value."),
    valueFrom: exactlyOne(
      z.strictObject({
        configMapKeyRef: entryOf("ConfigMap").optional().describe("An entry of a ConfigMap."),
        secretKeyRef: entryOf("Secret").optional().describe("An entry of a Secret."),
      }),
      "configMapKeyRef",
      "secretKeyRef",
    )
      .optional()
      .describe("Where its value comes from."),
  }),
  "value",
  "valueFrom",
);

export const env = z.array(envVariable).max(256);

export const containerNeeds = z.strictObject({
  requests: z.record(z.string(), quantity).optional().describe("What is set aside: `cpu`, `memory`."),
  limits: z.record(z.string(), quantity).optional().describe("What may be used at most: `cpu`, `memory`."),
});

export const autoscaling = under(
  z.strictObject({
    minReplicas: z.int().min(1).optional().describe("Pods at least. Default: 1."),
    maxReplicas: z.int().min(1).describe("Pods at most."),
    cpuPercent: z.int().min(1).max(1000).optional().describe("The share of requested CPU that is aimed at."),
    memoryPercent: z.int().min(1).max(1000).optional().describe("The share of requested memory that is aimed at."),
    metrics: z
      .array(kubernetesObject)
      .max(32)
      .optional()
      .describe("Further metrics, as HorizontalPodAutoscaler (autoscaling/v2) takes them."),
    behavior: kubernetesObject.optional().describe("How fast it scales, as HorizontalPodAutoscaler (autoscaling/v2) takes it."),
  }),
  {
    message: "`minReplicas` is larger than `maxReplicas`. Exchange them.",
    holds: ({ minReplicas, maxReplicas }) => (minReplicas ?? 1) <= maxReplicas,
    cel: "!has(self.minReplicas) || self.minReplicas <= self.maxReplicas",
  },
);

export const disruptionBudget = exactlyOne(
  z.strictObject({
    minAvailable: countOrPercent.optional().describe("Pods that stay."),
    maxUnavailable: countOrPercent.optional().describe("Pods that may be away."),
  }),
  "minAvailable",
  "maxUnavailable",
);

export const podTemplate = kubernetesObject;

export const pullSecrets = z.array(objectReference).max(16);

export const annotations = z.record(z.string(), z.string());

export const replicas = z.int().min(0).max(10_000);
