import { z } from "zod";
import { error, type Problem, showPlace } from "../problem.ts";
import { child, elements, isObject, type Node, placeOf, root, type SourceFile } from "../text/node.ts";
import { didYouMean, suggest } from "../text/suggest.ts";
import { type ApiSpec, apiSpec } from "./api.ts";
import { checkShape } from "./check.ts";
import { apiVersion, group, isKindName, type KindName, kindNames, kinds } from "./kinds.ts";
import { dnsLabel, objectName } from "./name.ts";
import { qualifiedName } from "./qualified-name.ts";
import { type RateLimitingSpec, rateLimitingSpec } from "./rate-limiting.ts";
import { type SecuritySpec, securitySpec } from "./security.ts";
import { type TargetEndpointSpec, targetEndpointSpec } from "./target-endpoint.ts";

/** One object of a kind, as it was read. */
export interface Resource<Spec> {
  readonly name: string;
  readonly spec: Spec;
  /** The whole object: `spec` is a member of it. */
  readonly node: Node;
}

/** The objects of the four kinds, by name. */
export interface Resources {
  readonly apis: ReadonlyMap<string, Resource<ApiSpec>>;
  readonly targetEndpoints: ReadonlyMap<string, Resource<TargetEndpointSpec>>;
  readonly rateLimitings: ReadonlyMap<string, Resource<RateLimitingSpec>>;
  readonly securities: ReadonlyMap<string, Resource<SecuritySpec>>;
}

/** An object whose head is in order: its kind and name are known. */
interface Headed {
  readonly kind: KindName;
  readonly name: string;
  readonly node: Node;
}

/**
 * The objects of the four kinds in files of Kubernetes objects, one value a file; lists (`kind: List`) are opened. Objects of other
 * groups are none of ours and passed over; one that looks meant for us is a Problem (UnknownKind, WrongValue), as are two of one kind
 * and name (DuplicateResource) and whatever does not have its kind's shape. With a namespace `home`, those of others have that before their
 * names; without one namespaces count for nothing.
 */
export function readResources(
  files: readonly SourceFile[],
  home?: string,
): { readonly value: Resources; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const headed = files.flatMap(objectsIn).flatMap((node) => {
    const head = readHead(node, home);
    problems.push(...head.problems);
    return head.headed;
  });
  const single = withoutDuplicates(headed);
  problems.push(...single.problems);
  const collect = <Spec>(kind: KindName, schema: z.ZodType<Spec>): ReadonlyMap<string, Resource<Spec>> => {
    const found = new Map<string, Resource<Spec>>();
    for (const { name, node } of single.kept.filter((one) => one.kind === kind)) {
      const spec = checkShape(schema, child(node, "spec"));
      problems.push(...spec.problems);
      if (spec.ok) found.set(name, { name, spec: spec.value, node });
    }
    return found;
  };
  const value: Resources = {
    apis: collect("API", apiSpec),
    targetEndpoints: collect("TargetEndpoint", targetEndpointSpec),
    rateLimitings: collect("RateLimiting", rateLimitingSpec),
    securities: collect("Security", securitySpec),
  };
  return { value, problems };
}

/** Whether a value is an object of Portico's group, of whatever version. */
export const isOfPortico = (value: unknown): boolean => isObject(value) && String(value.apiVersion).startsWith(`${group}/`);

/** The objects of a file, those of its lists too. */
export const objectsIn = (file: SourceFile): readonly Node[] => opened(root(file));

/** A file as its objects, each by itself: what is done with one of a list is done with no other. */
export const objectFiles = (file: SourceFile): readonly SourceFile[] =>
  objectsIn(file).map(({ pointer, value }) => (pointer === "" ? file : { ...file, at: pointer, value }));

/** The objects in a value: itself, those of a list, or none where there is nothing between two `---`. */
function opened(node: Node): readonly Node[] {
  if (node.value === null || node.value === undefined) return [];
  const isList = isObject(node.value) && node.value.kind === "List" && node.value.apiVersion === "v1";
  return isList ? elements(child(node, "items")).flatMap(opened) : [node];
}

/** What an object of ours has beside `spec`. Kubernetes' own additions to metadata, and the status that it reports, are no input. */
const head = z.strictObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: objectName, namespace: dnsLabel.optional() }),
  spec: z.looseObject({}),
  status: z.unknown().optional(),
});

function readHead(node: Node, home: string | undefined): { readonly headed: readonly Headed[]; readonly problems: readonly Problem[] } {
  const meant = whoseIs(node);
  if (meant === "others") return { headed: [], problems: [] };
  if (meant !== "ours") return { headed: [], problems: [meant] };
  const checkedHead = checkShape(head, node);
  if (!checkedHead.ok) return { headed: [], problems: checkedHead.problems };
  const { kind, metadata } = checkedHead.value;
  if (!isKindName(kind)) return { headed: [], problems: [unknownKind(node, kind)] };
  const problems = kinds[kind].nameIsLabel ? checkShape(dnsLabel, child(child(node, "metadata"), "name")).problems : [];
  return { headed: problems.length > 0 ? [] : [{ kind, name: nameFrom(home, metadata), node }], problems };
}

const nameFrom = (home: string | undefined, { name, namespace }: z.infer<typeof head>["metadata"]): string =>
  home === undefined ? name : qualifiedName(name, namespace, home);

/** Whether an object is for Portico: by its group, or, where that is not ours but nearly so or its kind is ours, a Problem. */
function whoseIs(node: Node): "ours" | "others" | Problem {
  const written = child(node, "apiVersion");
  const kind = child(node, "kind").value;
  if (!isObject(node.value))
    return error("WrongType", placeOf(node), "This is no Kubernetes object. Write a mapping with apiVersion, kind, metadata and spec.");
  if (written.value === apiVersion) return "ours";
  if (written.value === undefined)
    return error("MissingField", placeOf(written), `\`apiVersion\` is missing. Write \`apiVersion: ${apiVersion}\`.`);
  if (typeof written.value !== "string")
    return error("WrongType", placeOf(written), `\`apiVersion\` takes a text. Write \`${apiVersion}\`.`);
  const [itsGroup = ""] = written.value.split("/");
  if (!isKindName(kind) && suggest(itsGroup, [group]) === undefined) return "others";
  return error(
    "WrongValue",
    placeOf(written),
    `\`${written.value}\` is no version that Portico reads. Write \`apiVersion: ${apiVersion}\`.`,
  );
}

function unknownKind(node: Node, kind: string): Problem {
  const meant = didYouMean(kind, kindNames) || ` There are ${kindNames.map((name) => `\`${name}\``).join(", ")}.`;
  return error("UnknownKind", placeOf(child(node, "kind")), `\`${kind}\` is no kind of ${group}.${meant}`);
}

function withoutDuplicates(headed: readonly Headed[]): { readonly kept: readonly Headed[]; readonly problems: readonly Problem[] } {
  const first = new Map<string, Headed>();
  const problems: Problem[] = [];
  for (const one of headed) {
    const key = `${one.kind}/${one.name}`;
    const before = first.get(key);
    if (before === undefined) {
      first.set(key, one);
      continue;
    }
    const name = child(child(one.node, "metadata"), "name");
    const where = showPlace(placeOf(child(child(before.node, "metadata"), "name")));
    problems.push(
      error("DuplicateResource", placeOf(name), `There is a ${one.kind} \`${one.name}\` already, at ${where}. Rename or remove one.`),
    );
  }
  return { kept: [...first.values()], problems };
}
