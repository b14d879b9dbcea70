import type { ApiSpec } from "../api/api.ts";
import { keyOf, type StoredObject } from "../apply/kubernetes/stored-object.ts";
import { contentsOf } from "../image/contents.ts";
import type { Registries } from "../image/copy-blob.ts";
import { parseReference } from "../image/reference.ts";
import { type BreakingChange, breakingChanges } from "../model/breaking/breaking.ts";
import { successorOf } from "../model/breaking/successor.ts";
import type { ApiContract } from "../model/contract.ts";
import type { GatewayWorkload } from "../model/workload.ts";
import { type Checked, checked } from "../problem.ts";
import { type CompiledGateways, type GatewaySummary, servedImage } from "./compiled-gateways.ts";
import { patientReads } from "./patient-reads.ts";
import { promisedIn } from "./promised.ts";

/** What is wanted in an API's place. */
export interface Update {
  readonly api: StoredObject;
  readonly spec: ApiSpec;
  readonly workload: GatewayWorkload;
  readonly summary: GatewaySummary;
}

/** What updates break for clients. */
export interface Updates {
  /**
   * The changes that clients of the image that serves would notice; undefined where that image does not say what it promised. Fails with what keeps an image
   * from being read.
   */
  brokenBy(update: Update): Promise<Checked<readonly BreakingChange[] | undefined>>;
  forget(key: string): void;
}

/** Each update of an API is looked at once. */
export function makeUpdates(registries: Registries, gateways: Pick<CompiledGateways, "whole">): Updates {
  const known = new Map<string, { readonly update: string; readonly found: readonly BreakingChange[] | undefined }>();

  const contentsIn = patientReads((reference) => contentsOf(registries(reference.registry), reference));

  const promisedByImage = async (image: string): Promise<Checked<readonly ApiContract[] | undefined>> => {
    const reference = parseReference(image);
    if (!reference.ok) return reference;
    const contents = await contentsIn(reference.value);
    return contents.ok ? checked(promisedIn(contents.value.files), []) : contents;
  };

  const promisedBy = async ({ api, spec, workload, summary }: Update): Promise<Checked<readonly ApiContract[] | undefined>> => {
    if (summary.image !== undefined) return promisedByImage(summary.image);
    const gateway = await gateways.whole(api, spec, workload);
    return gateway.ok ? checked(promisedIn(gateway.value.folder.files), []) : gateway;
  };

  return {
    brokenBy: async (wanted) => {
      const served = servedImage(wanted.api);
      if (served === undefined) return checked(undefined, []);
      const update = JSON.stringify([served, wanted.summary.inputHash]);
      const before = known.get(keyOf(wanted.api));
      if (before?.update === update) return checked(before.found, []);
      const [old, now] = [await promisedByImage(served), await promisedBy(wanted)];
      if (!old.ok) return old;
      if (!now.ok) return now;
      const found = old.value && now.value && brokenBetween(old.value, now.value);
      known.set(keyOf(wanted.api), { update, found });
      return checked(found, []);
    },
    forget: (key) => void known.delete(key),
  };
}

const brokenBetween = (before: readonly ApiContract[], after: readonly ApiContract[]): readonly BreakingChange[] =>
  before.flatMap((old) => breakingChanges(old, successorOf(old, after, (one) => one) ?? { ...old, operations: [] }));
