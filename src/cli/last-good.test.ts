import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { must } from "../../testing/envoy.ts";
import { surveyDocument } from "../openapi/read.ts";
import { type ReadSources, resolveGateway } from "../resolve/gateway.ts";
import type { ResolveSettings } from "../resolve/settings.ts";
import { parseAll } from "../text/parse.ts";
import { takenFrom } from "./last-good.ts";

const operation = (...security: readonly object[]): object => ({ get: { security, responses: { 204: {} } } });
const document = {
  openapi: "3.1.0",
  info: { title: "Pets", version: "1" },
  components: { securitySchemes: { user: { type: "http", scheme: "bearer" }, partner: { type: "http", scheme: "bearer" } } },
  paths: { "/pets": operation({ user: ["read"] }), "/orders": operation({ partner: [] }) },
};
const jwks = { inline: '{"keys":[]}' };
const jwt = (...names: readonly string[]): object => ({
  type: "jwt",
  jwt: { issuers: names.map((name) => ({ issuer: `https://${name}.test`, jwks })) },
});
/** It has no scopes, which the document asks for. */
const unfit = { type: "basic", basic: { users: { name: "users" } } };
const settings: ResolveSettings = { mock: true, credentials: "refuse" };

function sourcesOf(securities: Readonly<Record<string, object>>): ReadSources {
  const [root] = must(parseAll("pets.json", JSON.stringify(document)));
  const survey = surveyDocument({ root: root ?? assert.fail(), files: new Map() });
  const resources = Object.entries(securities).flatMap(([name, spec]) =>
    must(parseAll(`${name}.json`, JSON.stringify({ apiVersion: "portico.dev/v1alpha1", kind: "Security", metadata: { name }, spec }))),
  );
  return { documents: [survey.document ?? assert.fail()], problems: survey.problems, resources };
}

/** How each Security checks once the first ones have become the other ones. */
function checksAfter(before: Readonly<Record<string, object>>, now: Readonly<Record<string, object>>): readonly string[] {
  const sources = sourcesOf(before);
  const served = { apis: must(resolveGateway(sources, settings)), resources: sources.resources };
  const taken = must(takenFrom(sourcesOf(now), settings, served, () => true));
  assert.notDeepEqual(taken.untaken, []);
  return taken.apis.flatMap(({ model }) =>
    model.verifiers.map(
      ({ security, tokens, blockedClients }) =>
        `${security}: ${[...(tokens?.issuers ?? []).map(({ issuer }) => issuer), ...blockedClients]}`,
    ),
  );
}

const both = { user: jwt("users"), partner: jwt("one", "two") };

describe("a Security that does not fit the document any more", () => {
  it("is as it was, and brings back nothing that another one says no more", () => {
    assert.deepEqual(checksAfter(both, { user: unfit, partner: jwt("one") }), ["partner: https://one.test", "user: https://users.test"]);
    const renamed = { partner: jwt("one"), user: unfit };
    assert.deepEqual(checksAfter(both, renamed), ["partner: https://one.test", "user: https://users.test"]);
  });

  it("blocks whom it says", () => {
    const now = { user: { ...unfit, blockedClients: ["mallory"] }, partner: jwt("one") };
    assert.deepEqual(checksAfter(both, now), ["partner: https://one.test", "user: https://users.test,mallory"]);
  });

  it("is as it was with all others where more than one does not fit", () => {
    const scoped = { ...unfit, scopes: ["read"] };
    assert.deepEqual(checksAfter(both, { user: unfit, partner: scoped }), [
      "partner: https://one.test,https://two.test",
      "user: https://users.test",
    ]);
  });
});
