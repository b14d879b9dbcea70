import type { Resources } from "../api/resource.ts";
import { type ApiContract, promisedLimits } from "../model/contract.ts";
import type { OpenApiDocument } from "../openapi/document.ts";
import { type Checked, checked, failed, type Problem } from "../problem.ts";
import type { Reason } from "../reason.ts";
import { resolveApi } from "./api.ts";
import type { ClusterSettings } from "./settings.ts";

/** What is missing around a document says nothing of what its clients rely on. */
const elsewhere: ReadonlySet<Reason> = new Set([
  "MissingSecurity",
  "MissingValue",
  "UnknownBackend",
  "UnknownLimit",
  "NoLimitsService",
  "NotYet",
  "NeedsCluster",
]);

/**
 * What a document lets its clients rely on, with the limits of these resources, and in a cluster with what its API says besides. Fails with what is
 * wrong with the document itself.
 */
export function contractOf(document: OpenApiDocument, resources: Resources, cluster?: ClusterSettings): Checked<ApiContract> {
  const settings = { mock: true, credentials: "refuse", readsMessages: true, ...(cluster === undefined ? {} : { cluster }) } as const;
  const { model, requirements, problems } = resolveApi(document, resources, settings);
  const wrong = problems.filter(({ severity, reason }: Problem) => severity === "error" && !elsewhere.has(reason));
  if (wrong.length > 0) return failed(...wrong);
  const { name, basePath, validation, limits } = model;
  const messages = new Map(validation?.operations.map((one) => [one.operation, one] as const));
  const operations = model.operations
    .filter(({ id }) => requirements.has(id))
    .map(({ id, method, template, path, query, where, limits: ids }) => ({
      ...{ id, method, template, path, query, where },
      alternatives: (requirements.get(id)?.alternatives ?? []).map(({ schemes }) =>
        schemes.map(({ name: scheme, scopes }) => ({ scheme, scopes: [...scopes, ...(requirements.get(id)?.scopes ?? [])] })),
      ),
      limits: promisedLimits(limits.filter((one) => ids.includes(one.id))),
      messages: messages.get(id),
    }));
  return checked({ name, basePath, operations, schemas: validation?.schemas ?? {} }, []);
}
