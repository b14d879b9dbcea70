import type { Fields } from "../model/workload.ts";
import { isObject } from "../text/node.ts";

/** By which member the elements of a pod's lists are known (Kubernetes: `patchMergeKey` of PodSpec and what is in it); other lists are replaced as a whole. */
const mergeKeys: Readonly<Record<string, string>> = {
  containers: "name",
  initContainers: "name",
  ephemeralContainers: "name",
  env: "name",
  volumes: "name",
  volumeMounts: "mountPath",
  volumeDevices: "devicePath",
  ports: "containerPort",
  imagePullSecrets: "name",
  resourceClaims: "name",
  schedulingGates: "name",
  hostAliases: "ip",
  topologySpreadConstraints: "topologyKey",
};

/** What says in a patch that something is taken out, or is to be as the patch has it and not otherwise (Kubernetes: "Strategic merge patch"). */
const directive = "$patch";

/**
 * A pod template with a patch merged into it as `kubectl patch` does it: members of objects one by one, elements of lists by their keys, `null` takes a member out, and so do the directives `$patch: delete` and
 * `$patch: replace`. What is new in a list comes behind what is there. Pure; what comes of it the cluster looks at.
 */
export function strategicMerge(template: Fields, patch: Fields): Fields {
  if (patch[directive] === "replace") return withoutDirective(patch);
  const merged = new Map(Object.entries(template));
  for (const [name, value] of Object.entries(withoutDirective(patch)))
    if (value === null) merged.delete(name);
    else merged.set(name, mergedValue(name, merged.get(name), value));
  return Object.fromEntries(merged);
}

function mergedValue(name: string, before: unknown, patch: unknown): unknown {
  const key = mergeKeys[name];
  if (key !== undefined && isList(patch)) return mergedList(key, isList(before) ? before : [], patch);
  return isObject(patch) ? strategicMerge(isObject(before) ? before : {}, patch) : patch;
}

function mergedList(key: string, before: readonly Fields[], patch: readonly Fields[]): readonly Fields[] {
  if (patch.some((element) => element[directive] === "replace" && element[key] === undefined))
    return patch.filter((element) => element[key] !== undefined);
  const list = [...before];
  for (const element of patch) {
    const at = list.findIndex((one) => one[key] === element[key]);
    const isGone = element[directive] === "delete";
    if (at === -1 && !isGone) list.push(withoutNulls(element));
    else if (at !== -1) list.splice(at, 1, ...(isGone ? [] : [strategicMerge(list[at] ?? {}, element)]));
  }
  return list;
}

/** What is new has nothing that could be taken out. */
const withoutNulls = (element: Fields): Fields => strategicMerge({}, element);

const withoutDirective = ({ [directive]: _, ...fields }: Fields): Fields => fields;

const isList = (value: unknown): value is readonly Fields[] => Array.isArray(value) && value.every(isObject);
