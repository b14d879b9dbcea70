import { z } from "zod";
import { under } from "./law.ts";

const plainChange = z.strictObject({
  op: z.enum(["add", "remove", "replace"]).describe("What is done."),
  path: z
    .string()
    .max(512)
    .regex(/^(\/.*)?$/, "Not a JSON Pointer. Let it start with a slash.")
    .describe("Where, as a JSON Pointer (RFC 6901)."),
  value: z.unknown().optional().describe("The value that comes there."),
});

const knownNames = under(plainChange, {
  message: "No field of Envoy's has a name of the path's. Take it out.",
  holds: ({ path }) => !/\/(__proto__|constructor|prototype)(\/|$)/.test(path),
  cel: "!self.path.matches('/(__proto__|constructor|prototype)(/|$)')",
});

// Not in CEL, which does not see a field of any type.
const change = under(knownNames, {
  message: "`add` and `replace` need a `value`, and `remove` has none. Write it, or take it out.",
  holds: ({ op, value }) => (op === "remove") === (value === undefined),
});

const patch = z.strictObject({
  of: z
    .enum(["listener", "routes", "clusters"])
    .describe("What is changed: the listener that clients reach, routes, or the clusters of backends."),
  operation: z
    .string()
    .min(1)
    .max(1000)
    .optional()
    .describe("The operation each of whose routes is changed, by its `operationId`. Default: the route configuration as a whole."),
  backend: z
    .string()
    .min(1)
    .max(253)
    .optional()
    .describe("The TargetEndpoint whose cluster is changed; `@document` is the document's own servers. Default: each backend's."),
  operations: z.array(change).min(1).max(64).describe("The changes, one after the other (JSON Patch, RFC 6902)."),
});

const ofRoutes = under(patch, {
  message: "`operation` says which routes are meant. Say `of: routes`, or leave it out.",
  holds: ({ of, operation }) => operation === undefined || of === "routes",
  cel: "!has(self.operation) || self.of == 'routes'",
});

/** A change of the gateway's configuration that there is no field for. */
const envoyPatch = under(ofRoutes, {
  message: "`backend` says which clusters are meant. Say `of: clusters`, or leave it out.",
  holds: ({ of, backend }) => backend === undefined || of === "clusters",
  cel: "!has(self.backend) || self.of == 'clusters'",
});

export const envoyPatches = z.array(envoyPatch).max(32);

export const patchesAre =
  "Changes to the gateway's configuration that Portico has no field for. Envoy looks at the result before anything is served by it.";

export type EnvoyPatch = z.infer<typeof envoyPatch>;
