import { z } from "zod";
import { addressLists } from "./address.ts";
import { cache, documentInterceptors, maintenance, publish, validation } from "./contract.ts";
import { envoyPatches, patchesAre } from "./envoy-patch.ts";
import { expose } from "./expose.ts";
import { atMostOne, exactlyOne, under } from "./law.ts";
import { grantedReference, keyReference, objectNamePattern, objectReference } from "./name.ts";
import { bodySize } from "./quantity.ts";
import { commonStatus } from "./status.ts";
import { tiers } from "./tiers.ts";
import { autoscaling, containerNeeds, disruptionBudget, envVariable, podTemplate, pullSecrets, replicas } from "./workload.ts";

const definition = exactlyOne(
  z.strictObject({
    configMap: keyReference.optional().describe("The ConfigMap's entry that holds the document."),
    parts: z
      .array(keyReference)
      .min(1)
      .max(64)
      .optional()
      .describe("The entries that hold the document's parts, in their order: what is too large for one ConfigMap."),
    inline: z.string().min(1).optional().describe("The document itself, as YAML or JSON text."),
  }),
  "configMap",
  "parts",
  "inline",
);

const requirement = z.strictObject({
  name: grantedReference.shape.name.describe("The Security's name."),
  namespace: grantedReference.shape.namespace.describe("The Security's namespace. Default: the API's."),
  scopes: z.array(z.string().min(1).max(256)).max(64).optional().describe("Scopes that are needed."),
});

const limitReference = z.strictObject({
  name: z
    .string()
    .max(253)
    .regex(
      new RegExp(`${[...tiers.keys()].map((tier) => `^${tier}$`).join("|")}|${objectNamePattern.source}`),
      `Not the name of an object. Write small letters, digits, hyphens and dots, or a tier: ${[...tiers.keys()].join(", ")}.`,
    )
    .describe("The RateLimiting's name, or a tier's."),
  namespace: grantedReference.shape.namespace.describe("The RateLimiting's namespace. Default: the API's."),
});

/** By Node's and the loader's own variables whoever sets them would say what the policy agent runs, and what interceptors may do. */
const ownVariable = under(envVariable, {
  message: "A name that begins with `NODE_` or `LD_` is Node's or the loader's own. Choose another.",
  holds: ({ name }) => !/^(?:NODE_|LD_)/.test(name),
  cel: "!self.name.startsWith('NODE_') && !self.name.startsWith('LD_')",
});

const packedInterceptors = documentInterceptors.extend({
  source: keyReference.optional().describe("The ConfigMap's entry that holds the functions' files, packed."),
  foreign: z.enum(["refuse", "ignore"]).optional().describe("What becomes of another product's interceptor keys. Default: `refuse`."),
});

const fields = z.strictObject({
  definition: z
    .array(definition)
    .min(1)
    .max(64)
    .optional()
    .describe("The OpenAPI documents. Several are served by one gateway, each under its own base path."),
  version: z
    .string()
    .regex(
      /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/,
      "Not a version that can be an image's tag. Write letters, digits, `_`, `.` and `-`, at most 128.",
    )
    .optional()
    .describe("The API's version and the image's tag. Default: the document's `info.version`."),
  engine: z.enum(["envoy", "wso2"]).optional().describe("The gateway that serves. Default: `envoy`."),
  mode: z
    .enum(["shared", "privateJet", "sidecar"])
    .optional()
    .describe(
      "Where a deployed TargetEndpoint runs: once for all APIs (`shared`, the default), once for this one, or in the gateway's pod.",
    ),
  gateway: objectReference
    .optional()
    .describe("The gateway, named by one's choice, that serves this API together with others. Default: its own."),
  replicas: replicas.optional().describe("How many pods the gateway has. Default: 1."),
  autoscaling: autoscaling.optional().describe("How the number of the gateway's pods follows the load."),
  disruptionBudget: disruptionBudget.optional().describe("How many of the gateway's pods may be away at once."),
  resources: containerNeeds.optional().describe("CPU and memory of the gateway's container."),
  env: z
    .array(ownVariable)
    .max(256)
    .optional()
    .describe(
      "Environment variables that interceptors see, and the policy agent which runs them. None of Node's or the loader's own (`NODE_`, `LD_`).",
    ),
  podTemplate: podTemplate.optional().describe("A patch of the gateway's pod template, merged strategically."),
  image: z
    .string()
    .min(1)
    .max(1024)
    .optional()
    .describe("A ready image, such as the one that another cluster serves: nothing is built, and no document is needed."),
  inputHash: z
    .string()
    .regex(/^[0-9a-f]{64}$/, "Not a hash of inputs. Write 64 hexadecimal digits.")
    .optional()
    .describe("The hash that the image must have: that of the one which was tested."),
  imagePullSecrets: pullSecrets.optional().describe("The Secrets with which the gateway's image is pulled."),
  builder: z.enum(["kaniko", "layer", "none"]).optional().describe("What builds the image. Default: the operator's."),
  rebuild: z
    .enum(["never", "onPolicy", "always"])
    .optional()
    .describe(
      "What makes a new image under the same version: nothing, a changed policy (`onPolicy`, the default), or a changed document too.",
    ),
  breakingChanges: z
    .enum(["allow", "refuse"])
    .optional()
    .describe("What becomes of an update that breaks clients. Default: `allow`, with a condition."),
  security: z
    .array(requirement)
    .min(1)
    .max(16)
    .optional()
    .describe("The Securities, as alternatives, that protect a document which says nothing of security."),
  rateLimit: z
    .array(limitReference)
    .min(1)
    .max(16)
    .optional()
    .describe("The RateLimitings, or built-in tiers, that count for operations which name none."),
  expose: expose.optional().describe("How the world reaches the API."),
  addresses: addressLists.optional().describe("Client addresses that are let in or kept out."),
  interceptors: packedInterceptors.optional().describe("Functions of one's own that see requests and responses."),
  validation: validation.optional().describe("How far requests and responses are held against the document."),
  cache: cache.optional().describe("How answers to GET are kept."),
  maxBody: bodySize.optional().describe("The largest request body where the document says none; a larger one is refused with 413."),
  compression: z.boolean().optional().describe("Whether answers are compressed for clients that take it, where the document does not say."),
  maintenance: maintenance.optional().describe("Answers every request with 503 while it is there, whatever the document says."),
  errors: z.enum(["problem", "wso2"]).optional().describe("The form of error answers: RFC 9457 (`problem`, the default), or WSO2's."),
  publish: publish.optional().describe("What of the document the gateway shows to the world."),
  envoyPatches: envoyPatches.optional().describe(patchesAre),
});

/** An API: documents, and how they are served. */
export const apiSpec = atMostOne(
  // What is patched is in the image.
  atMostOne(exactlyOne(fields, "definition", "image"), "replicas", "autoscaling"),
  "image",
  "envoyPatches",
);

export const apiStatus = z.object({
  ...commonStatus,
  image: z.string().optional().describe("The image that serves, with its digest."),
  inputHash: z.string().optional().describe("The hash of what the image was made from."),
  toolkit: z.string().optional().describe("The version of Portico that made the image."),
  base: z.string().optional().describe("The digest of the image that it was made on."),
  buildPod: z.string().optional().describe("The pod that builds the image, while it does: `namespace/name`."),
  address: z.string().optional().describe("Where the API is reached."),
  operations: z.int().min(0).optional().describe("How many operations it serves."),
  backends: z.array(z.string()).optional().describe("The TargetEndpoints that its requests go to."),
  securities: z.array(z.string()).optional().describe("The Securities that its operations demand."),
});

export type ApiSpec = z.infer<typeof apiSpec>;
