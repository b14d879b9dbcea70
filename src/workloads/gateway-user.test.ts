import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { gatewayUser } from "./gateway-user.ts";

it("a gateway's user is always the same, and nobody who is known to a machine or an image", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (namespace, api) => {
      const user = gatewayUser({ namespace, api });
      assert.equal(user, gatewayUser({ namespace, api }));
      assert.ok(Number.isInteger(user) && user >= 10_000 && user < 65_000);
    }),
  );
});

it("a hundred APIs of two namespaces have users of their own", () => {
  const apis = ["one", "two"].flatMap((namespace) => Array.from({ length: 50 }, (_, index) => ({ namespace, api: `pets-${index}` })));
  assert.ok(new Set(apis.map(gatewayUser)).size >= 98);
});
