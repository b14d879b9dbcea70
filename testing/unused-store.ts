import assert from "node:assert/strict";
import type { ObjectStore } from "../src/apply/kubernetes/objects.ts";

const unused = (): never => assert.fail("not asked for");

/** A cluster's objects, of which nothing is to be asked: a test says what it is asked for all the same. */
export const unusedStore: ObjectStore = {
  ...{ read: unused, secret: unused, changeEntries: unused, list: unused, apply: unused, applyStatus: unused },
  ...{ annotate: unused, create: unused, replace: unused, remove: unused },
};
