import { z } from "zod";

/** A condition of an object (Kubernetes: metav1.Condition). */
const condition = z.object({
  type: z.string().max(316).describe("What it is about, in CamelCase."),
  status: z.enum(["True", "False", "Unknown"]).describe("Whether it holds."),
  reason: z.string().max(1024).describe("Why, in one CamelCase word: a Problem's reason."),
  message: z.string().max(32_768).describe("Why, in sentences."),
  observedGeneration: z.int().min(0).optional().describe("The generation of the object that it was said of."),
  lastTransitionTime: z.iso.datetime().describe("When its status last changed."),
});

/** What every kind's status has. */
export const commonStatus = {
  observedGeneration: z.int().min(0).optional().describe("The generation that the operator last looked at."),
  conditions: z.array(condition).max(16).optional().describe("What holds of the object."),
};
