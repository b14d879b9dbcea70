import assert from "node:assert/strict";
import { it } from "node:test";
import { pullSecretName } from "./pull-secret.ts";

it("an API and a TargetEndpoint of one name have a Secret each to pull with", () => {
  const names = ["API", "TargetEndpoint"].map((kind) => pullSecretName({ kind, name: "pets" }));
  assert.deepEqual(names, ["pets-gateway-registry", "pets-backend-registry"]);
});
