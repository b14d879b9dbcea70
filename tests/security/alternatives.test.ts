import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { suiteScope } from "../../testing/scope.ts";
import { tokenIssuer } from "../../testing/token-issuer.ts";
import { type Requirement, statusBy, type Worth } from "./evaluator.ts";
import { bearer, guarded, keySecurity, protectedGateway, tokenSecurity } from "./protected-gateway.ts";

// The law: an operation lets in exactly whom OpenAPI says (3.1, section 4.8.30), whatever else a request shows. It is checked by an evaluator of its own,
// over every list of requirements that is made here, and every mixture of credentials.

const issuer = tokenIssuer();
const other = tokenIssuer("https://other.test");

/** What a scheme's credential may be: none, or one of these. What it is worth is what the evaluator knows. */
const shown = {
  user: {
    none: {},
    good: bearer(issuer.token({ claims: { scope: "read" } })),
    scopeless: bearer(issuer.token()),
    expired: bearer(issuer.token({ claims: { exp: 1000, scope: "read" } })),
    foreign: bearer(tokenIssuer().token({ claims: { scope: "read" } })),
    opaque: bearer("abc"),
  },
  partner: { none: {}, good: { "x-partner": other.token() }, bad: { "x-partner": `${other.token()}x` } },
  key: { none: {}, good: { "x-api-key": "key-of-alice" }, bad: { "x-api-key": "nobody's" } },
} as const;

type Shown = { readonly [Scheme in keyof typeof shown]: keyof (typeof shown)[Scheme] };

const requirements: readonly Requirement[] = [
  { user: ["read"] },
  { user: [] },
  { key: [] },
  { partner: [] },
  { user: [], key: [] },
  { user: ["read"], key: [] },
  { partner: [], key: [] },
  { user: [], partner: [] },
  { user: ["read"], partner: [], key: [] },
  {},
];

/** Every list of one or two of them, some of three, and none. */
const lists: readonly (readonly Requirement[])[] = [
  [],
  ...requirements.map((one) => [one]),
  ...requirements.flatMap((one, index) => requirements.slice(index + 1).map((two) => [one, two])),
  [{ user: ["read"] }, { key: [] }, { partner: [] }],
  [
    { user: ["read"], key: [] },
    { user: [], partner: [] },
    { key: [], partner: [] },
  ],
];

/** What a credential is worth to a demand. */
function worth(scheme: string, scopes: readonly string[], has: Shown): Worth {
  if (scheme === "user" && has.user === "scopeless") return scopes.length === 0 ? "good" : "insufficient";
  return (scheme === "user" ? has.user : scheme === "key" ? has.key : has.partner) === "good" ? "good" : "nothing";
}

const expected = (list: readonly Requirement[], has: Shown): 200 | 401 | 403 =>
  statusBy(list, (scheme, scopes) => worth(scheme, scopes, has));

/** Every mixture of credentials. */
const mixtures: readonly Shown[] = (["none", "good", "scopeless", "expired", "foreign", "opaque"] as const).flatMap((user) =>
  (["none", "good", "bad"] as const).flatMap((partner) => (["none", "good", "bad"] as const).map((key) => ({ user, partner, key }))),
);

const document = {
  components: {
    securitySchemes: {
      user: { type: "http", scheme: "bearer" },
      partner: { type: "apiKey", in: "header", name: "X-Partner" },
      key: { type: "apiKey", in: "header", name: "X-Api-Key" },
    },
  },
  paths: Object.fromEntries(lists.map((list, index) => [`/${index}`, guarded(...list)] as const)),
};

const resources = [
  tokenSecurity("user", { issuers: [{ issuer: issuer.issuer, jwks: { inline: issuer.jwks } }], audiences: ["pets"] }),
  tokenSecurity("partner", {
    issuers: [{ issuer: other.issuer, jwks: { inline: other.jwks } }],
    locations: [{ header: "x-partner" }],
  }),
  ...keySecurity("key", { alice: "key-of-alice" }),
];

describe("requirements and credentials", () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof protectedGateway>>;
  before(async () => {
    gateway = await protectedGateway(scope, document, resources);
  });

  for (const [index, list] of lists.entries()) {
    it(`${JSON.stringify(list)} let in whom OpenAPI says, with whatever else is shown`, async () => {
      const answers = await Promise.all(
        mixtures.map(async (has) => {
          const headers = { ...shown.user[has.user], ...shown.partner[has.partner], ...shown.key[has.key] };
          const { status } = await gateway.get(`/${index}`, headers);
          return { has, status };
        }),
      );
      for (const { has, status } of answers) assert.equal(status, expected(list, has), JSON.stringify(has));
    });
  }

  it("reach the backend with those alone that were let in, and with no credential", () => {
    const welcome = lists.flatMap((list) => mixtures.filter((has) => expected(list, has) === 200));
    assert.equal(gateway.backend.received.length, welcome.length);
    const open = new Set(
      lists.flatMap((list, index) => (list.length === 0 || list.some((one) => Object.keys(one).length === 0) ? [`/${index}`] : [])),
    );
    for (const { path, headers } of gateway.backend.received.filter((one) => !open.has(one.path)))
      for (const name of ["authorization", "x-partner", "x-api-key"]) assert.equal(headers[name], undefined, `${path} ${name}`);
  });
});
