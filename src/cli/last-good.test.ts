import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { must } from "../../testing/envoy.ts";
import { objectFiles } from "../api/resource.ts";
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

/** Each Security in a file of its own, or all in one list. */
function sourcesOf(securities: Readonly<Record<string, object>>, listed?: "listed" | "in one line"): ReadSources {
  const [root] = must(parseAll("pets.json", JSON.stringify(document)));
  const survey = surveyDocument({ root: root ?? assert.fail(), files: new Map() });
  const objects = Object.entries(securities).map(([name, spec]) => ({
    ...{ apiVersion: "portico.dev/v1alpha1", kind: "Security", metadata: { name }, spec },
  }));
  const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }, undefined, listed === "listed" ? 2 : undefined);
  const resources =
    listed === undefined
      ? objects.flatMap((one) => must(parseAll(`${one.metadata.name}.json`, JSON.stringify(one))))
      : must(parseAll("list.json", list)).flatMap(objectFiles);
  return { documents: [survey.document ?? assert.fail()], problems: survey.problems, resources };
}

/** What is taken once the first Securities have become the other ones. */
function takenAfter(before: Readonly<Record<string, object>>, now: Readonly<Record<string, object>>, listed?: "listed" | "in one line") {
  const sources = sourcesOf(before, listed);
  const served = { apis: must(resolveGateway(sources, settings)), resources: sources.resources };
  return must(takenFrom(sourcesOf(now, listed), settings, served, () => true));
}

/** How each Security checks then. */
function checksAfter(...change: Parameters<typeof takenAfter>): readonly string[] {
  const taken = takenAfter(...change);
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

describe("a Security that is malformed", () => {
  const malformed = { type: "jwt", jwt: { issuers: [{ issuer: "no address" }] } };

  it("is as it was, and blocks whom it says, as far as that can be read", () => {
    for (const blockedClients of [["mallory"], ["mallory", 7, ""]])
      assert.deepEqual(checksAfter(both, { user: { ...malformed, blockedClients }, partner: jwt("one") }), [
        "partner: https://one.test",
        "user: https://users.test,mallory",
      ]);
    assert.deepEqual(checksAfter(both, { user: { ...malformed, blockedClients: "mallory" }, partner: jwt("one") }), [
      "partner: https://one.test",
      "user: https://users.test",
    ]);
  });

  it("is as it was though it would block more than it may: those whom it says come first, and that not all are is said", () => {
    const clients = (name: string, count: number): readonly string[] => Array.from({ length: count }, (_, index) => `${name} ${index}`);
    const before = { user: { ...jwt("users"), blockedClients: clients("old", 1024) }, partner: jwt("one", "two") };
    for (const [count, more] of [
      [20, 20],
      [1100, 1100],
    ] as const) {
      const now = { user: { ...malformed, blockedClients: clients("new", count) }, partner: jwt("one") };
      const blocked = [...clients("new", count), ...clients("old", 1024)].slice(0, 1024);
      assert.deepEqual(checksAfter(before, now), ["partner: https://one.test", `user: https://users.test,${blocked}`]);
      assert.match(takenAfter(before, now).untaken.at(-1)?.message ?? "", new RegExp(`, and ${more} of them are let in`));
    }
  });

  for (const listed of ["listed", "in one line"] as const)
    for (const [how, user] of [
      ["malformed", malformed],
      ["unfit", unfit],
    ] as const)
      it(`holds up no other one of its list, ${listed}, where it is ${how}`, () => {
        const now = { partner: jwt("one"), user: { ...user, blockedClients: ["mallory"] } };
        assert.deepEqual(checksAfter(both, now, listed), ["partner: https://one.test", "user: https://users.test,mallory"]);
        assert.deepEqual(checksAfter(both, { user: now.user, partner: now.partner }, listed), [
          "partner: https://one.test",
          "user: https://users.test,mallory",
        ]);
      });
});
