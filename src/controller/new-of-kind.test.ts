import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { type ServedApi, serveApi } from "../../testing/served-api.ts";
import { storedObject } from "../apply/kubernetes/stored-object.ts";
import { gatewayWorkload } from "../resolve/workload.ts";
import { loadDefinitions } from "../source/definition.ts";
import { resolveUsed } from "./compile-gateway.ts";
import { anySecurity } from "./used.ts";

const document = {
  openapi: "3.1.0",
  info: { title: "Pets", version: "1" },
  "x-portico": { mock: true },
  paths: { "/pets": { get: { responses: { 204: {} } } } },
};
const jwks = { inline: '{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}' };
const jwt = (name: string): object => ({ type: "jwt", jwt: { issuers: [{ issuer: `https://${name}.test`, jwks }] } });
const faultyJwt = { type: "jwt", jwt: { issuers: [{ issuer: "no address" }] } };
const pem = (name: string): string => readFileSync(new URL(`../../tests/fixtures/certificates/${name}.pem`, import.meta.url), "utf8");
const mtls = (name: string, fields: object = {}): object => ({ type: "mtls", mtls: { trust: { name }, ...fields } });

/** An API that takes tokens, and names no Security. */
const tokens = {
  fields: { definition: [{ inline: JSON.stringify({ ...document, "x-wso2-auth-header": "Authorization" }) }] },
  serve: (): Promise<ServedApi> => serveApi(tokens.fields, { a: jwt("one") }, {}),
  ...{ a: jwt("one"), b: jwt("two"), rival: jwt("two"), faulty: faultyJwt },
  believed: (served: ServedApi, nth = 0): readonly string[] =>
    ["one", "two"].filter((name) => served.mounted("tokens.json", nth).includes(`https://${name}.test`)),
};

/** An API whose clients must show certificates, and that names no Security. */
const certificates = {
  fields: {
    expose: { tls: { name: "tls" } },
    definition: [{ inline: JSON.stringify({ ...document, "x-portico": { mock: true, clientCertificate: "mandatory" } }) }],
  },
  serve: (): Promise<ServedApi> =>
    serveApi(
      certificates.fields,
      { a: mtls("one") },
      { tls: { "tls.crt": "", "tls.key": "" }, one: { "ca.crt": pem("clients") }, two: { "ca.crt": pem("authority") } },
    ),
  ...{ a: mtls("one"), b: mtls("two"), rival: mtls("one"), faulty: mtls("one", { identityHeader: "content-length" }) },
  believed: (served: ServedApi, nth = 0): readonly string[] =>
    [
      ["one", "clients"],
      ["two", "authority"],
    ].flatMap(([name = "", file = ""]) =>
      served.mounted("trust.json", nth).includes(pem(file).split("\n")[5] ?? assert.fail()) ? [name] : [],
    ),
};

/** An API that takes tokens of those who show a certificate, too, and that names no Security. */
const both = {
  expose: { tls: { name: "tls" } },
  definition: [
    {
      inline: JSON.stringify({
        ...document,
        ...{ "x-portico": { mock: true, clientCertificate: "mandatory" }, "x-wso2-auth-header": "Authorization" },
      }),
    },
  ],
};
const bothSecrets = {
  ...{ tls: { "tls.crt": "", "tls.key": "" }, one: { "ca.crt": pem("clients") }, two: { "ca.crt": pem("authority") } },
  us: { username: "us", password: "secret" },
};

for (const [what, kind] of [
  ["tokens", tokens],
  ["certificates", certificates],
] as const)
  describe(`an API that takes ${what}, of the one Security of the kind`, () => {
    it("hears of another one that comes, and takes none of its credentials", async () => {
      const served = await kind.serve();
      assert.ok(served.follows(anySecurity("a")));
      served.security("b", kind.b);
      await served.reconcile();
      assert.equal(served.reason("Accepted"), "BadSecurity");
      assert.deepEqual(kind.believed(served), ["one"]);
    });

    it("takes none of another one's where its own was deleted while it served a ready image", async () => {
      const served = await kind.serve();
      served.ready("expose" in kind.fields ? { expose: kind.fields.expose } : {});
      await served.reconcile();
      served.security("a", undefined);
      await served.reconcile();
      assert.equal(served.reason("Accepted"), "Accepted");
      served.security("b", kind.b);
      served.spec(kind.fields);
      await served.reconcile();
      assert.equal(served.reason("Accepted"), "BadSecurity");
      assert.deepEqual(kind.believed(served), []);
    });

    for (const [how, b] of [
      ["another one", kind.b],
      ["one that is wrong", kind.faulty],
      ["one whose type is none", { type: "none" }],
    ] as const)
      it(`is not kept from serving a change by ${how} that another namespace lets it use, and hears of none`, async () => {
        const served = await kind.serve();
        served.granted("b", b);
        served.spec({ ...kind.fields, maintenance: {} });
        await served.reconcile();
        assert.equal(served.reason("Accepted"), "Accepted");
        assert.ok(!served.follows(anySecurity("b")));
        await served.build();
        await served.reconcile();
        assert.deepEqual(kind.believed(served, 1), ["one"]);
      });

    it("misses its own though another namespace lets it use another one, until that is named", async () => {
      const served = await kind.serve();
      served.security("a", undefined);
      served.granted("b", kind.b);
      served.spec({ ...kind.fields, maintenance: {} });
      await served.reconcile();
      assert.equal(served.reason("ResolvedRefs"), "MissingSecurity");
      served.spec({ ...kind.fields, security: [{ name: "b", namespace: "b" }] });
      await served.reconcile();
      assert.equal(served.reason("Accepted"), "Accepted");
      assert.notEqual(served.reason("ResolvedRefs"), "MissingSecurity");
    });

    for (const restarts of [false, true])
      it(`takes none of another one's where its own is wrong${restarts ? " when the operator starts" : ""}`, async () => {
        const served = await kind.serve();
        served.security("b", kind.b);
        served.security("a", kind.faulty);
        if (restarts) served.restart();
        await served.reconcile();
        assert.notEqual(served.reason("Accepted"), "Accepted");
        assert.deepEqual(kind.believed(served), ["one"]);
      });

    it("takes none of another one's where its own is deleted, until that is named", async () => {
      const served = await kind.serve();
      served.security("b", kind.b);
      served.security("a", undefined);
      await served.reconcile();
      assert.equal(served.reason("Accepted"), "BadSecurity");
      assert.deepEqual(kind.believed(served), []);
      served.security("a", kind.a);
      served.security("b", undefined);
      await served.reconcile();
      assert.equal(served.reason("Accepted"), "Accepted");
      assert.deepEqual(kind.believed(served), ["one"]);
    });

    for (const [how, a] of [
      ["a value of it", kind.faulty],
      ["its shape", { type: what === "tokens" ? "jwt" : "mtls" }],
      ["its type, too,", { type: "none" }],
    ] as const)
      it(`takes none of another one's where ${how} is wrong before it serves`, async () => {
        const { problems, documents } = await loadDefinitions([{ kind: "inline", text: kind.fields.definition[0]?.inline ?? "" }], () =>
          assert.fail("not asked for"),
        );
        const stored = (name: string, spec: object) =>
          storedObject({
            apiVersion: "portico.dev/v1alpha1",
            kind: "Security",
            metadata: { name, namespace: "a", uid: name, resourceVersion: "1" },
            spec,
          });
        const workload = gatewayWorkload({ name: "pets", namespace: "a" }, { definition: [{ inline: "" }] }, []);
        const resolve = (...securities: readonly (readonly [string, object])[]): boolean =>
          resolveUsed({
            ...{ workload, documents, problems, endpoints: [], rateLimitings: [], defaults: {}, limitsService: undefined },
            securities: securities.map(([name, spec]) => stored(name, spec)),
          }).ok;
        assert.ok(resolve(["b", kind.rival]));
        assert.ok(!resolve(["b", kind.rival], ["a", a]));
        assert.ok(resolve(["b", kind.rival], ["a", { type: "basic" }]));
      });
  });

for (const [how, fields, certificate] of [
  ["by the API", { security: [{ name: "m2" }] }, {}],
  ["in its document", {}, { security: [{ m2: [] }] }],
  ["for a scheme", {}, { security: [{ staff: [] }], schemes: { staff: "m2" } }],
] as const)
  it(`an API that takes certificates serves with one that is named ${how} in place of it`, async () => {
    const served = await certificates.serve();
    served.security("m2", certificates.b);
    served.security("a", undefined);
    await served.reconcile();
    assert.equal(served.reason("Accepted"), "BadSecurity");
    const said = { ...document, "x-portico": { mock: true, clientCertificate: "mandatory", ...certificate } };
    served.spec({ ...certificates.fields, ...fields, definition: [{ inline: JSON.stringify(said) }] });
    await served.reconcile();
    assert.equal(served.reason("Accepted"), "Accepted");
    await served.build();
    await served.reconcile();
    assert.ok(served.mounted("trust.json", 1).includes(pem("authority").split("\n")[5] ?? assert.fail()));
  });

describe("an API that takes tokens without naming a Security", () => {
  it("serves with one that is named in place of it", async () => {
    const served = await tokens.serve();
    served.security("b", tokens.b);
    served.security("a", undefined);
    served.spec({ ...tokens.fields, security: [{ name: "b" }] });
    await served.build();
    await served.reconcile();
    assert.equal(served.reason("Accepted"), "Accepted");
    assert.ok(served.mounted("tokens.json", 1).includes("https://two.test"));
  });

  it("asks no issuer of opaque tokens, too, because there is a Security for it", async () => {
    const served = await tokens.serve();
    served.secret("us", { username: "us", password: "secret" });
    served.security("c", { type: "oauth2", oauth2: { introspectionUrl: "https://asked.test", client: { name: "us" } } });
    await served.reconcile();
    assert.equal(served.reason("Accepted"), "BadSecurity");
  });

  it("asks none either where a certificate is wanted besides that it served with", async () => {
    const served = await serveApi(both, { a: jwt("one"), m: mtls("one") }, bothSecrets);
    assert.equal(served.reason("Accepted"), "Accepted");
    served.security("c", { type: "oauth2", oauth2: { introspectionUrl: "https://asked.test", client: { name: "us" } } });
    await served.reconcile();
    assert.equal(served.reason("Accepted"), "BadSecurity");
  });

  it("serves where one operation names a certificate that comes besides at another one", async () => {
    const user = { get: { security: [{ user: [] }], responses: { 204: {} } } };
    const machines = { get: { "x-portico": { security: [{ m: [] }] }, responses: { 204: {} } } };
    const schemes = { components: { securitySchemes: { user: { type: "http", scheme: "bearer" } } } };
    const before = { ...document, ...schemes, paths: { "/a": user } };
    const served = await serveApi({ definition: [{ inline: JSON.stringify(before) }] }, { user: jwt("one") }, bothSecrets);
    served.security("m", mtls("one"));
    const now = { ...before, "x-portico": { mock: true, clientCertificate: "mandatory" }, paths: { "/a": user, "/b": machines } };
    served.spec({ ...both, definition: [{ inline: JSON.stringify(now) }] });
    await served.reconcile();
    assert.equal(served.reason("Accepted"), "Accepted");
  });

  const old = { get: { security: [{ legacy: [] }], responses: { 204: {} } } };
  const withLegacy = {
    ...{ ...document, "x-wso2-auth-header": "Authorization", paths: { ...document.paths, "/old": old } },
    components: { securitySchemes: { legacy: { type: "apiKey", in: "header", name: "x-key" } } },
  };
  const legacy = { type: "apiKey", apiKey: { keys: { name: "us" } } };
  for (const [how, now, reason] of [
    ["is wanted no more", legacy, "Accepted"],
    ["is wanted no more, and forwards its keys now,", { ...legacy, apiKey: { ...legacy.apiKey, forward: true } }, "Accepted"],
    ["is gone", undefined, "BadSecurity"],
    ["is wrong", { type: "apiKey" }, "BadSecurity"],
    ["is of another type", { type: "basic", basic: { users: { name: "us" } } }, "BadSecurity"],
  ] as const)
    it(`hears of a certificate that comes besides where one of those that served ${how}: ${reason}`, async () => {
      const served = await serveApi({ definition: [{ inline: JSON.stringify(withLegacy) }] }, { a: jwt("one"), legacy }, bothSecrets);
      served.security("m", mtls("one"));
      served.security("legacy", now);
      served.spec(both);
      await served.reconcile();
      assert.equal(served.reason("Accepted"), reason);
    });

  /** Serves with keys and tokens, and wants certificates and tokens when the operator is another one. */
  const restarted = async (): Promise<ServedApi> => {
    const served = await serveApi({ definition: [{ inline: JSON.stringify(withLegacy) }] }, { a: jwt("one"), legacy }, bothSecrets);
    served.security("m", mtls("one"));
    served.restart();
    served.spec(both);
    return served;
  };

  it("wants a certificate besides of an operator that starts anew, once that knows what serves", async () => {
    const served = await restarted();
    await served.reconcile();
    assert.equal(served.reason("Accepted"), "Accepted");
  });

  it("is refused that while the registry does not say what serves, and is asked for again", async () => {
    const served = await restarted();
    served.registryAway();
    await served.reconcile();
    assert.equal(served.reason("Accepted"), "BadSecurity");
    assert.equal(await served.reconcile(), "retry");
    served.registryBack();
    await served.reconcile();
    assert.equal(served.reason("Accepted"), "Accepted");
  });

  it("wants it besides once what serves is mended, of an operator that started when it was wrong", async () => {
    const served = await restarted();
    served.security("legacy", { type: "apiKey" });
    await served.reconcile();
    assert.equal(served.reason("Accepted"), "BadSecurity");
    served.security("legacy", legacy);
    await served.reconcile();
    assert.equal(served.reason("Accepted"), "Accepted");
  });

  it("says each Security once that checks credentials of several documents", async () => {
    const definition = ["Pets", "Shops"].map((title) => {
      const paths = { [`/${title}`]: document.paths["/pets"] };
      return { inline: JSON.stringify({ ...document, info: { title, version: "1" }, "x-wso2-auth-header": "Authorization", paths }) };
    });
    const served = await serveApi({ definition }, { a: jwt("one") }, {});
    assert.deepEqual(served.status("securities"), ["a"]);
    served.security("a", undefined);
    served.security("b", jwt("two"));
    await served.reconcile();
    assert.match(String(served.message("Accepted")), /Credentials were checked by `a` so far/);
  });

  it("goes back to a document that names none where the API names who is to check it, until it serves", async () => {
    const served = await tokens.serve();
    served.security("b", tokens.b);
    const named = { ...document, "x-portico": { mock: true, security: [{ b: [] }] }, "x-wso2-auth-header": "Authorization" };
    served.spec({ definition: [{ inline: JSON.stringify(named) }] });
    await served.build();
    await served.reconcile();
    served.security("b", undefined);
    served.spec(tokens.fields);
    await served.reconcile();
    assert.equal(served.reason("Accepted"), "BadSecurity");
    for (const fields of [{ security: [{ name: "a" }] }, {}]) {
      served.spec({ ...tokens.fields, ...fields });
      await served.build();
      await served.reconcile();
      assert.equal(served.reason("Accepted"), "Accepted");
    }
    assert.ok(served.mounted("tokens.json", 2).includes("https://one.test"));
  });

  it("wants a certificate besides where its document says so now", async () => {
    const served = await tokens.serve();
    for (const [name, entries] of Object.entries(bothSecrets)) served.secret(name, entries);
    served.security("m", mtls("one"));
    served.spec(both);
    await served.build();
    await served.reconcile();
    assert.equal(served.reason("Accepted"), "Accepted");
  });
});
