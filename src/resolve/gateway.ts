import { notYet } from "../api/enforced.ts";
import type { KindName } from "../api/kinds.ts";
import { type Resource, type Resources, readResources } from "../api/resource.ts";
import type { ApiModel } from "../model/api.ts";
import type { OpenApiDocument } from "../openapi/document.ts";
import { publishedDocument } from "../openapi/published.ts";
import { type Checked, checked, error, type Place, type Problem } from "../problem.ts";
import type { Reason } from "../reason.ts";
import { child, type Node, placeOf, type SourceFile } from "../text/node.ts";
import { placesOf, resolveApi } from "./api.ts";
import { versionsApart } from "./api-name.ts";
import { tooManyIssuers } from "./asked-issuers.ts";
import { type Asked, clashesBetween } from "./clashes.ts";
import { differentTrust } from "./client-certificates.ts";
import { differentPlaces } from "./credential-places.ts";
import { notYetProblem } from "./extension.ts";
import { globalLimitProblems } from "./limit.ts";
import type { AlternativeOfKind } from "./protection.ts";
import type { ResolveSettings } from "./settings.ts";

/** An API of a gateway with the document it comes from. */
export interface ResolvedApi {
  readonly model: ApiModel;
  readonly document: OpenApiDocument;
  /** Where an operation is written. */
  readonly place: (operation: Asked) => Place;
  /** The alternatives that demand something of a Security which nobody named. */
  readonly ofKinds: readonly AlternativeOfKind[];
}

/** An API, and the document that the world may see of it, as JSON. */
interface PublishedApi {
  readonly model: ApiModel;
  readonly published: string;
}

/** The APIs of a gateway, each with the document that the world may see. */
export const publishedApis = (apis: readonly ResolvedApi[]): readonly PublishedApi[] =>
  apis.map(({ model, document }) => ({ model, published: JSON.stringify(publishedDocument(document)) }));

/** What sources hold, as far as it could be read, and what was wrong with reading it. */
export interface ReadSources {
  readonly documents: readonly OpenApiDocument[];
  readonly resources: readonly SourceFile[];
  readonly problems: readonly Problem[];
}

/** What is missing may stand in what could not be read. */
const absences: ReadonlySet<Reason> = new Set(["NoOperations", "NoBackend", "UnknownBackend"]);

/** All APIs of one gateway, or every Problem of all of them, those of reading first. */
export function resolveGateway(sources: ReadSources, settings: ResolveSettings): Checked<readonly ResolvedApi[]> {
  const resources = readResources(sources.resources, settings.cluster?.namespace);
  const before = [...sources.problems, ...resources.problems];
  const problems: Problem[] = [
    ...unservedFields(resources.value),
    ...(settings.cluster === undefined ? needsCluster(resources.value) : []),
  ];
  const surveyed = sources.documents.map((document) => ({ document, ...resolveApi(document, resources.value, settings) }));
  problems.push(...surveyed.flatMap((one) => one.problems));
  const apis = versionsApart(surveyed).map(({ document, model, ofKinds }) => ({ model, document, ofKinds, place: placesOf(document) }));
  const models = apis.map(({ model }) => model);
  problems.push(
    ...clashesBetween(apis),
    ...differentTrust(models),
    ...sources.documents.slice(0, 1).flatMap(({ root }) => tooManyIssuers(models, placeOf(root))),
    ...differentErrors(apis),
    ...differentPlaces(apis),
  );
  const isWhole = before.every(({ severity }) => severity === "warning");
  return checked(apis, [...before, ...problems.filter(({ reason }) => isWhole || !absences.has(reason))]);
}

/** A gateway answers all errors in one form: what no operation is found for is nobody's. */
function differentErrors(apis: readonly ResolvedApi[]): readonly Problem[] {
  const other = apis.find(({ model }) => model.errors !== apis[0]?.model.errors);
  if (other === undefined) return [];
  const message = "The documents of one gateway say different forms of errors (`errors`). Let them say the same.";
  return [error("WrongValue", placeOf(child(other.document.root, "x-portico")), message)];
}

/** What the resources say that this version does not do yet. */
function unservedFields(resources: Resources): readonly Problem[] {
  const of = (kind: KindName, found: ReadonlyMap<string, Resource<unknown>>): readonly Problem[] =>
    [...found.values()].flatMap(({ node, spec }) => unserved(kind, node, spec));
  return [
    ...of("TargetEndpoint", resources.targetEndpoints),
    ...of("RateLimiting", resources.rateLimitings),
    ...[...resources.rateLimitings.values()].flatMap(({ node, spec }) => globalLimitProblems(node, spec)),
    ...of("Security", resources.securities),
  ];
}

/** What is said for a cluster's operator, and would be passed over here. */
function needsCluster({ apis, targetEndpoints }: Resources): readonly Problem[] {
  const objects = [...apis.values()].map(({ node }) => {
    const advice = "Name the document itself on the command line, or add the API to a cluster.";
    return error("NeedsCluster", placeOf(child(node, "kind")), `An \`API\` object is for a cluster's operator. ${advice}`);
  });
  const images = [...targetEndpoints.values()].flatMap(({ node, spec }) => {
    const advice = "Start the program yourself, and name its `url`.";
    const where = placeOf(child(child(node, "spec"), "deploy"));
    return spec.deploy === undefined
      ? []
      : [error("NeedsCluster", where, `\`deploy\` runs an image in a cluster, and there is none here. ${advice}`)];
  });
  return [...objects, ...images];
}

/** What an object says that this version does not do yet. */
export function unserved(kind: KindName, node: Node, spec: unknown): readonly Problem[] {
  return notYet(kind, spec).map(({ path, feature }) => {
    const at = path.length === 0 ? child(node, "kind") : path.reduce(child, child(node, "spec"));
    return notYetProblem(placeOf(at), path.length === 0 ? [kind] : path, feature);
  });
}
