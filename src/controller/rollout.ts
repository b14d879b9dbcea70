import { z } from "zod";

/** How far a Deployment's pods are what it asks for. */
export type Rollout =
  | { readonly kind: "complete"; readonly pods: number }
  | { readonly kind: "progressing"; readonly message: string; readonly pods?: number }
  | { readonly kind: "failed"; readonly message: string };

const deployment = z.looseObject({
  metadata: z.looseObject({ generation: z.number().default(0) }),
  spec: z.looseObject({ replicas: z.number().default(1) }),
  status: z
    .looseObject({
      observedGeneration: z.number().default(0),
      replicas: z.number().default(0),
      updatedReplicas: z.number().default(0),
      availableReplicas: z.number().default(0),
      conditions: z
        .array(z.looseObject({ type: z.string(), status: z.string(), reason: z.string().default(""), message: z.string().default("") }))
        .default([]),
    })
    .prefault({}),
});

/** The state of a Deployment (Kubernetes: "Deployment status", as `kubectl rollout status` reads it). */
export function rolloutOf(value: unknown): Rollout {
  const { metadata, spec, status } = deployment.parse(value);
  if (status.observedGeneration < metadata.generation) return { kind: "progressing", message: "The cluster has not looked at it yet." };
  const stuck = status.conditions.find((one) => one.type === "Progressing" && one.status === "False");
  if (stuck !== undefined) return { kind: "failed", message: stuck.message };
  const refused = status.conditions.find((one) => one.type === "ReplicaFailure" && one.status === "True");
  if (refused !== undefined) return { kind: "failed", message: refused.message };
  const { updatedReplicas, availableReplicas, replicas } = status;
  const isWhole = updatedReplicas >= spec.replicas && availableReplicas >= spec.replicas && replicas <= updatedReplicas;
  if (isWhole) return { kind: "complete", pods: availableReplicas };
  return {
    kind: "progressing",
    pods: availableReplicas,
    message: `${Math.min(updatedReplicas, availableReplicas)} of ${spec.replicas} pods serve what was asked for.`,
  };
}
