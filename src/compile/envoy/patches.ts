import jsonPatch from "fast-json-patch";
import type { ApiModel } from "../../model/api.ts";
import { type Change, type Patch, patchBodies } from "../../model/patch.ts";
import { isObject } from "../../text/node.ts";
import type { Message } from "./json.ts";

/** Says that what serves is not what Portico alone made of it: then Envoy looks at it before it serves. */
export const patchesPath = "mounted/patches.json";

/** Is told of a patch that cannot be made, and why. */
export type Refusing = (patch: Patch, why: string) => void;

/** The patches of APIs, by what they are of. */
export const listenerPatches = (apis: readonly ApiModel[]): readonly Patch[] => ofAll(apis).filter(({ of }) => of === "listener");

export const routesPatches = (apis: readonly ApiModel[]): readonly Patch[] =>
  ofAll(apis).filter((patch) => patch.of === "routes" && patch.operation === undefined);

export const operationPatches = ({ patches = [] }: ApiModel, id: string): readonly Patch[] =>
  patches.filter((patch) => patch.of === "routes" && patch.operation === id);

export const backendPatches = ({ patches = [] }: ApiModel, name: string): readonly Patch[] =>
  patches.filter((patch) => patch.of === "clusters" && (patch.backend === undefined || patch.backend === name));

const ofAll = (apis: readonly ApiModel[]): readonly Patch[] => apis.flatMap(({ patches = [] }) => patches);

/** The message as patches make it, one after the other. One that cannot be made whole changes nothing. */
export const patched = (message: Message, patches: readonly Patch[], refusing: Refusing): Message =>
  patches.reduce((before, patch) => {
    let now = before;
    for (const change of patch.changes) {
      const next = changed(now, change);
      if (next === undefined) {
        refusing(patch, `\`${change.op}\` finds nothing that it can change at \`${change.path}\``);
        return before;
      }
      now = next;
    }
    return now;
  }, message);

/** The same for each of several messages that patches are of together: one that can be made in none of them cannot be made. */
export const patchedEach = (messages: readonly Message[], patches: readonly Patch[], refusing: Refusing): readonly Message[] =>
  patches.reduce((before, patch) => {
    const whys: string[] = [];
    const after = before.map((message) => patched(message, [patch], (_, why) => whys.push(why)));
    if (whys.length === before.length) refusing(patch, whys[0] ?? "there is nothing that it is of");
    return after;
  }, messages);

/** A message with one change made; undefined where there is nothing to be changed, or no message left. */
function changed(message: Message, { op, path, value }: Change): Message | undefined {
  try {
    const { newDocument } = jsonPatch.applyPatch<unknown>(message, [op === "remove" ? { op, path } : { op, path, value }], true, false);
    return isObject(newDocument) ? newDocument : undefined;
  } catch {
    return undefined;
  }
}

/** What was changed, where something was: for people, and for what has Envoy look at it. */
export function patchesFile(apis: readonly ApiModel[]): readonly (readonly [path: string, text: string])[] {
  const all = patchBodies(ofAll(apis));
  return all.length === 0 ? [] : [[patchesPath, `${JSON.stringify(all)}\n`]];
}
