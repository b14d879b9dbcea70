import assert from "node:assert/strict";
import { it } from "node:test";
import { must } from "../../testing/envoy.ts";
import type { ValueReference } from "../model/security.ts";
import { checked } from "../problem.ts";
import { Redacted } from "../redacted.ts";
import { followIssuers } from "../source/issuers.ts";
import { valuesOf } from "./values-of.ts";

it("a thousand silent issuers hold up the work on an API as long as one, and no Secret", async (t) => {
  const entries = new Map([["alice", new Redacted("key-of-alice")]]);
  const store = { read: async () => checked(undefined, []), secret: async () => checked(entries, []) };
  let waits = 0;
  const issuers = followIssuers({ discover: () => new Promise(() => {}), patienceMs: 20 });
  const counted = {
    ...issuers,
    keysUrls: (names: readonly string[]) => {
      waits++;
      return issuers.keysUrls(names);
    },
  };
  t.after(() => issuers.close());
  const silent = Array.from(
    { length: 1000 },
    (_, index): ValueReference => ({ kind: "issuer", name: `https://${index}.test`, key: undefined }),
  );
  const values = must(await valuesOf({ store, issuers: counted }, "a", [...silent, { kind: "Secret", name: "clients", key: undefined }]));
  assert.deepEqual([waits, values.size, values.get("Secret/clients")], [1, 1001, entries]);
  assert.match(values.get("issuer/https://999.test")?.get("fault")?.reveal() ?? "", /does not answer in time/);
});
