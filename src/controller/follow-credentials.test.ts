import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { type ServedApi, serveApi } from "../../testing/served-api.ts";
import { usedGrants } from "./used.ts";

const document = {
  openapi: "3.1.0",
  info: { title: "Pets", version: "1" },
  "x-portico": { mock: true },
  paths: { "/pets": { get: { security: [{ key: [] }], responses: { 204: {} } } } },
  components: { securitySchemes: { key: { type: "apiKey", in: "header", name: "x-key" } } },
};
const key = { type: "apiKey", apiKey: { keys: { name: "clients" } } };
const definition = [{ inline: JSON.stringify(document) }];
const wrong = { definition: [{ inline: "{" }] };

const serve = (fields: object = {}): Promise<ServedApi> =>
  serveApi({ definition, ...fields }, { key }, { clients: { alice: "key-of-alice", mallory: "key-of-mallory" } });

const isIn = (served: ServedApi, client: string, nth = 0): boolean => served.mounted("keys.json", nth).includes(`key-of-${client}`);

/** Takes a client's key away, and says who is let in after that. */
async function withoutMallory(served: ServedApi): Promise<readonly string[]> {
  assert.ok(isIn(served, "mallory"));
  served.secret("clients", { alice: "key-of-alice" });
  await served.reconcile();
  return ["alice", "mallory"].filter((client) => isIn(served, client));
}

describe("what is followed of an API that serves, while what it asks for cannot be had", () => {
  it("are addresses that are kept out", async () => {
    const served = await serve({ addresses: { deny: ["10.0.0.1"] } });
    served.spec({ ...wrong, addresses: { deny: ["10.0.0.1", "10.0.0.2"] } });
    await served.reconcile();
    assert.ok(served.mounted("addresses.json").includes('"10.0.0.2"'));
  });

  const specs: readonly (readonly [string, object])[] = [
    ["asks for something that there is not yet", { definition, interceptors: [{ name: "one" }] }],
    ["contradicts itself", { definition, expose: { tls: { name: "t" }, httpRoute: { parentRefs: [{ name: "g" }] } } }],
    ["is no spec", { definition, expose: 7 }],
    ["names a TLS Secret that is gone", { definition, expose: { tls: { name: "gone" } } }],
  ];
  for (const [how, fields] of specs)
    it(`is a key that is taken away where the spec ${how}`, async () => {
      const served = await serve();
      served.spec(fields);
      assert.deepEqual(await withoutMallory(served), ["alice"]);
    });

  it("is a key that is taken away where the spec is wrong when the operator starts", async () => {
    const served = await serve();
    served.spec({ definition, expose: 7 });
    served.restart();
    assert.deepEqual(await withoutMallory(served), ["alice"]);
  });

  it("is a Security of another namespace that is no longer to be had, where the spec is wrong when the operator starts", async () => {
    const served = await serve();
    served.spec({ definition, expose: 7 });
    served.restart();
    await served.reconcile();
    assert.ok(served.follows(usedGrants("a")));
  });

  it("is a key that is taken away where the registry is away, too", async () => {
    const served = await serve();
    served.registryAway();
    served.spec(wrong);
    assert.deepEqual(await withoutMallory(served), ["alice"]);
  });

  it("are the keys of an issuer at another place, and the way to them", async () => {
    const at = (host: string) => jwt({ issuers: [{ issuer: "https://one.test", jwks: { url: `https://${host}/keys` } }] });
    const served = await serveBeside(at("one.test"));
    served.spec(wrong);
    served.security("user", at("moved.test"));
    assert.deepEqual(await withoutMallory(served), ["alice"]);
    assert.match(served.mounted("tokens.json"), /@keys\/https:\/\/moved\.test:443/);
    for (const host of ["one", "moved"]) assert.ok(served.mounted("clusters.json").includes(`@keys/https://${host}.test:443`), host);
  });

  it("are no addresses where what serves had none, which is said", async () => {
    const served = await serve();
    served.spec({ ...wrong, addresses: { deny: ["10.0.0.1"] } });
    assert.deepEqual(await withoutMallory(served), ["alice"]);
    assert.equal(served.mounted("addresses.json"), "");
    assert.match(served.logged().join(), /`addresses` keep nobody out of what serves/);
  });

  it("are addresses where the rest of the spec is wrong", async () => {
    const served = await serve({ addresses: { deny: ["10.0.0.1"] } });
    served.spec({ definition, expose: 7, addresses: { deny: ["10.0.0.1", "10.0.0.2"] } });
    await served.reconcile();
    assert.ok(served.mounted("addresses.json").includes('"10.0.0.2"'));
  });

  it("is a key that is taken away, again and again, where a new image cannot be pulled for want of the registry's Secret", async () => {
    const served = await serve();
    served.withoutRegistrySecret();
    served.spec({ definition: [{ inline: JSON.stringify({ ...document, info: { title: "Pets", version: "2" } }) }] });
    served.image({ kind: "there", reference: "registry.test/pets:2@sha256:2", madeWith: { toolkit: "1", base: undefined } });
    await served.reconcile();
    assert.deepEqual(await withoutMallory(served), ["alice"]);
  });
});

describe("pods that cannot be touched when a key is taken away", () => {
  it("hold up no other, and are touched later, once", async () => {
    const served = await serve();
    served.spec(wrong);
    served.pods(["one", "two"], ["one"]);
    assert.deepEqual(await withoutMallory(served), ["alice"]);
    assert.deepEqual(served.touched(), ["two"]);
    served.pods(["one", "two"]);
    await served.reconcile();
    await served.reconcile();
    assert.deepEqual(served.touched(), ["two", "one"]);
  });

  it("are touched though what is mounted is by then what it was before", async () => {
    const served = await serve();
    served.spec(wrong);
    served.pods(["one", "two"]);
    await withoutMallory(served);
    served.pods(["one", "two"], ["two"]);
    served.secret("clients", { alice: "key-of-alice", mallory: "key-of-mallory" });
    await served.reconcile();
    served.pods(["one", "two"]);
    await withoutMallory(served);
    assert.deepEqual(served.touched(), ["one", "two", "one", "one", "two"]);
    await served.reconcile();
    assert.deepEqual(served.touched(), ["one", "two", "one", "one", "two"]);
  });

  it("are owed nothing more for an API that is deleted", async () => {
    const served = await serve();
    served.spec(wrong);
    served.pods(["one"], ["one"]);
    await withoutMallory(served);
    assert.equal(served.owed().length, 1);
    served.remove();
    await served.reconcile();
    assert.deepEqual(served.owed(), []);
  });

  it("are owed nothing more for an image whose pods are all gone", async () => {
    const served = await serve();
    served.spec(wrong);
    served.pods(["one"], ["one"]);
    await withoutMallory(served);
    served.spec(titled("Others"));
    served.pods(["two"]);
    await served.build();
    await served.reconcile();
    assert.equal(served.mounted("keys.json"), "");
    assert.deepEqual(served.owed(), []);
  });
});

const titled = (title: string): object => ({ definition: [{ inline: JSON.stringify({ ...document, info: { title, version: "1" } }) }] });

describe("what is followed of pods that serve beside new ones", () => {
  for (const state of ["progressing", "refused"] as const)
    for (const how of ["", ", and the operator was started anew"])
      it(`is a key that is taken away where the new Deployment is ${state}${how}`, async () => {
        const served = await serve();
        served.spec(titled("Others"));
        served.rollout(state);
        await served.build();
        await served.reconcile();
        if (how !== "") served.restart();
        assert.deepEqual(await withoutMallory(served), ["alice"]);
        assert.ok(isIn(served, "alice", 1) && !isIn(served, "mallory", 1));
      });

  it("is a key that is taken away, of the new ones, too, where the document becomes wrong before they are all there", async () => {
    const served = await serve();
    served.spec(titled("Others"));
    served.rollout("progressing");
    await served.build();
    await served.reconcile();
    served.spec(wrong);
    assert.deepEqual(await withoutMallory(served), ["alice"]);
    assert.ok(isIn(served, "alice", 1) && !isIn(served, "mallory", 1));
  });

  it("is nothing once they are gone", async () => {
    const served = await serve();
    served.spec(titled("Others"));
    await served.build();
    await served.reconcile();
    assert.equal(served.mounted("keys.json"), "");
    assert.ok(isIn(served, "alice", 1));
  });
});

const jwks = { inline: '{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}' };
const issuers = (...names: readonly string[]): object[] => names.map((name) => ({ issuer: `https://${name}.test`, jwks }));
const jwt = (fields: object, more: object = {}) => ({ type: "jwt", jwt: fields, ...more });
const oauth2 = (fields: object = {}, more: object = {}) => ({
  type: "oauth2",
  oauth2: { introspectionUrl: "https://asked.test", client: { name: "us" }, ...fields },
  ...more,
});
const verified = [{ claim: "verified", equals: "true" }];
const either = {
  ...document,
  paths: { "/pets": { get: { security: [{ key: [] }, { user: [] }], responses: { 204: {} } } } },
  components: { securitySchemes: { ...document.components.securitySchemes, user: { type: "http", scheme: "bearer" } } },
};

/** An API that takes keys, or what `user` says. */
const serveBeside = (user: object): Promise<ServedApi> =>
  serveApi(
    { definition: [{ inline: JSON.stringify(either) }] },
    { key, user },
    { clients: { alice: "key-of-alice", mallory: "key-of-mallory" }, us: { username: "us", password: "secret" } },
  );

const meantFor = (audiences: readonly string[]): object => (audiences.length === 0 ? {} : { audiences });
const audiencesIn = (served: ServedApi, file: string): readonly unknown[] =>
  [...served.mounted(file).matchAll(/"audiences":(\[[^\]]*\])/g)].map(([, list = ""]): unknown => JSON.parse(list));

const build = (served: ServedApi): void => served.image({ kind: "building" });

describe("a Security that is wrong", () => {
  it("holds up no other, and is mounted as before", async () => {
    const served = await serveBeside(oauth2());
    const before = served.mounted("agent.json");
    served.security("user", oauth2({ timeout: "20s" }));
    assert.deepEqual(await withoutMallory(served), ["alice"]);
    assert.equal(served.mounted("agent.json"), before);
  });

  it("is mounted as before where the operator does not know how that was", async () => {
    const served = await serveBeside(oauth2());
    const before = served.mounted("agent.json");
    served.security("user", oauth2({ timeout: "20s" }));
    served.restart();
    assert.deepEqual(await withoutMallory(served), ["alice"]);
    assert.equal(served.mounted("agent.json"), before);
  });

  it("blocks whom it says", async () => {
    const served = await serveBeside(oauth2());
    served.security("user", oauth2({ timeout: "20s" }, { blockedClients: ["mallory"] }));
    await served.reconcile();
    assert.ok(served.mounted("agent.json").includes('"mallory"'));
  });

  it("blocks whom it says, beside whom it did, where it is malformed", async () => {
    const served = await serveBeside(jwt({ issuers: issuers("one") }, { blockedClients: ["mallory"] }));
    served.security("user", jwt({ issuers: [] }, { blockedClients: ["trudy", 7] }));
    await served.reconcile();
    const blocked = served.mounted("blocked.json");
    assert.ok(blocked.includes('"mallory"') && blocked.includes('"trudy"'));
    assert.ok(served.mounted("tokens.json").includes("https://one.test"));
  });

  it("does not bring back what was taken from it before it was wrong", async () => {
    const served = await serveBeside(jwt({ issuers: issuers("one", "two") }));
    served.spec(wrong);
    served.security("user", jwt({ issuers: issuers("one") }));
    await served.reconcile();
    served.security("user", jwt({ issuers: [{ issuer: "no address" }] }));
    await served.reconcile();
    assert.ok(served.mounted("tokens.json").includes("https://one.test"));
    assert.ok(!served.mounted("tokens.json").includes("https://two.test"));
  });

  it("lets nobody in where it was deleted before", async () => {
    const served = await serveBeside(jwt({ issuers: issuers("one") }));
    served.security("user", undefined);
    await served.reconcile();
    served.security("user", jwt({ issuers: [{ issuer: "no address" }] }));
    await served.reconcile();
    assert.ok(!served.mounted("tokens.json").includes("https://one.test"));
  });
});

describe("a Security that judges otherwise than the image that serves", () => {
  it("holds up no other, and blocks whom it says", async () => {
    const served = await serveBeside(oauth2());
    build(served);
    served.security("user", oauth2({ claims: [{ claim: "verified", equals: "true" }] }, { blockedClients: ["mallory"] }));
    assert.deepEqual(await withoutMallory(served), ["alice"]);
    assert.ok(served.mounted("agent.json").includes('"mallory"'));
    assert.ok(served.mounted("agent.json").includes("https://asked.test"));
  });

  it("believes no issuer that it believes only with other rules, and none that it believes no more", async () => {
    const served = await serveBeside(jwt({ issuers: issuers("one", "two"), audiences: ["pets"] }));
    build(served);
    served.security("user", jwt({ issuers: issuers("two", "three"), claims: [{ claim: "verified", equals: "true" }] }));
    await served.reconcile();
    const tokens = served.mounted("tokens.json");
    assert.deepEqual(
      ["one", "two", "three"].filter((name) => tokens.includes(`https://${name}.test`)),
      ["two"],
    );
    assert.ok(tokens.includes('"audiences":["pets"]'));
  });

  const audiences: readonly (readonly [
    how: string,
    before: readonly string[],
    now: readonly string[],
    believed: readonly string[] | undefined,
  ])[] = [
    ["some of before", ["pets", "shop"], ["shop", "more"], ["shop"]],
    ["none of before", ["pets"], ["shop"], undefined],
    ["any", ["pets"], [], ["pets"]],
    ["some where it was any", [], ["shop"], ["shop"]],
  ];
  for (const [how, before, now, believed] of audiences) {
    it(`believes an issuer for those audiences that were believed before and still are, where that is ${how}`, async () => {
      const served = await serveBeside(jwt({ issuers: issuers("one"), ...meantFor(before) }));
      build(served);
      served.security("user", jwt({ issuers: issuers("one"), ...meantFor(now), claims: verified }));
      await served.reconcile();
      assert.deepEqual(audiencesIn(served, "tokens.json"), believed === undefined ? [] : [believed]);
    });

    it(`believes an answer for the same, where that is ${how}`, async () => {
      const served = await serveBeside(oauth2(meantFor(before)));
      build(served);
      served.security("user", oauth2({ ...meantFor(now), claims: verified }));
      await served.reconcile();
      assert.deepEqual(audiencesIn(served, "agent.json"), believed === undefined ? [] : [believed]);
    });
  }

  it("tells an issuer that stands there twice by its keys", async () => {
    const [one, other] = [jwks, { inline: jwks.inline.replace("11qY", "22qY") }].map((keys) => ({
      issuer: "https://one.test",
      jwks: keys,
    }));
    const [a, b] = [["a"], ["b"]].map((names, index) => ({ ...[one, other][index], audiences: names }));
    const served = await serveBeside(jwt({ issuers: [a, b] }));
    build(served);
    served.security("user", jwt({ issuers: [{ ...b, audiences: ["a", "b"] }], claims: verified }));
    await served.reconcile();
    assert.deepEqual(audiencesIn(served, "tokens.json"), [["b"]]);
  });

  it("is no larger the next time, though an issuer stands there several times with the same keys", async () => {
    const several = [["a"], ["a", "b"]].flatMap((audiences) => issuers("one").map((one) => ({ ...one, audiences })));
    const served = await serveBeside(jwt({ issuers: several }));
    build(served);
    served.security("user", jwt({ issuers: several, claims: verified }));
    for (let time = 0; time < 4; time++) {
      await served.reconcile();
      assert.deepEqual(audiencesIn(served, "tokens.json"), [["a", "b"]]);
    }
  });

  it("lets in by no authoriser that was not asked before", async () => {
    const served = await serveBeside(oauth2());
    build(served);
    served.security("user", oauth2({ introspectionUrl: "https://other.test", claims: [{ claim: "verified", equals: "true" }] }));
    await served.reconcile();
    assert.ok(!/(?:asked|other)\.test/.test(served.mounted("agent.json")));
  });

  it("believes whom it did where the operator does not know who that was, and blocks whom it says", async () => {
    const served = await serveBeside(jwt({ issuers: issuers("one") }));
    const before = served.mounted("tokens.json");
    build(served);
    served.restart();
    const claims = [{ claim: "verified", equals: "true" }];
    served.security("user", jwt({ issuers: issuers("one", "two"), claims }, { blockedClients: ["mallory"] }));
    assert.deepEqual(await withoutMallory(served), ["alice"]);
    assert.equal(served.mounted("tokens.json"), before);
    assert.ok(served.mounted("blocked.json").includes('"mallory"'));
  });

  it("has no keys any more where it takes certificates now, though the operator does not know how it was", async () => {
    const served = await serveWithCertificates();
    build(served);
    served.restart();
    served.security("key", mtls());
    await served.reconcile();
    assert.ok(!isIn(served, "alice") && !isIn(served, "mallory"));
    assert.ok(!served.mounted("keys.json").includes('"portico.keys.key"'));
    assert.ok(served.mounted("keys.json").includes('"a.staff"'));
    assert.deepEqual(served.logged(), []);
  });

  it("is named in the log where it leaves files as they are", async () => {
    const served = await serveBeside(jwt({ issuers: issuers("one") }));
    build(served);
    served.restart();
    served.security("user", jwt({ issuers: issuers("one"), claims: verified }));
    await served.reconcile();
    assert.match(served.logged().join(), /`user` .* tokens\.json stay as they are/);
  });

  it("has the keys of now", async () => {
    const served = await serveBeside(jwt({ issuers: issuers("one") }));
    build(served);
    served.security("key", { ...key, apiKey: { ...key.apiKey, forward: true } });
    assert.deepEqual(await withoutMallory(served), ["alice"]);
  });
});

const pem = (name: string): string => readFileSync(new URL(`../../tests/fixtures/certificates/${name}.pem`, import.meta.url), "utf8");
const mtls = (fields: object = {}) => ({ type: "mtls", mtls: { trust: { name: "authorities" }, ...fields } });

/** An API that takes certificates of `staff` or `guest`, or of `more`, or keys. */
const serveWithCertificates = (
  subjects: readonly object[] = [{ type: "dns", value: "a.staff" }],
  more: readonly string[] = [],
): Promise<ServedApi> =>
  serveApi(
    {
      expose: { tls: { name: "tls" } },
      definition: [
        {
          inline: JSON.stringify({
            ...document,
            paths: {
              "/pets": { get: { security: ["key", "staff", "guest", ...more].map((name) => ({ [name]: [] })), responses: { 204: {} } } },
            },
            components: {
              securitySchemes: {
                ...document.components.securitySchemes,
                ...Object.fromEntries(["staff", "guest", ...more].map((name) => [name, { type: "mutualTLS" }])),
              },
            },
          }),
        },
      ],
    },
    {
      ...{ key, staff: mtls(subjects.length === 0 ? {} : { subjects }), guest: mtls() },
      ...Object.fromEntries(more.map((name) => [name, mtls()])),
    },
    {
      ...{ clients: { alice: "key-of-alice", mallory: "key-of-mallory" }, tls: { "tls.crt": "", "tls.key": "" } },
      ...{ authorities: { "ca.crt": pem("clients") }, others: { "ca.crt": pem("authority") } },
    },
  );

/** Whether clients are believed whose certificates this authority signs. */
const hasAuthority = (served: ServedApi, name: string): boolean =>
  served.mounted("trust.json").includes(pem(name).split("\n")[5] ?? assert.fail());

describe("certificates of clients, while an image is being built", () => {
  it("are taken as before, where a key is taken away", async () => {
    const served = await serveWithCertificates();
    assert.ok(served.mounted("keys.json").includes('"a.staff"'));
    build(served);
    served.security("guest", mtls({ identityHeader: "x-guest" }));
    assert.deepEqual(await withoutMallory(served), ["alice"]);
    assert.ok(served.mounted("keys.json").includes('"a.staff"'));
    assert.ok(served.mounted("keys.json").includes('"portico.keys.guest"'));
  });

  it("are taken no more from whom the Security names no longer", async () => {
    const served = await serveWithCertificates();
    build(served);
    served.security("staff", mtls({ subjects: [{ type: "dns", value: "b.staff" }] }));
    await served.reconcile();
    assert.ok(!served.mounted("keys.json").includes('"a.staff"'));
  });

  const [a, b, anyA, anybody] = [{ exact: "a.staff" }, { exact: "b.staff" }, { prefix: "a." }, undefined];
  type Name = typeof a | typeof anyA | undefined;
  const wider: readonly (readonly [how: string, before: readonly Name[], now: readonly Name[], taken: readonly Name[]])[] = [
    ["more names are taken", [a], [a, b], [a]],
    ["others are taken", [a], [b], []],
    ["anybody is taken", [a], [anybody], [a]],
    ["only some are taken of anybody", [anybody], [a], [a]],
    ["the beginning of a name is taken", [a], [anyA], [a]],
    ["more of a name is wanted", [anyA], [a, b], [a]],
    ["a name is taken beside its beginning", [anyA], [anyA, a], [anyA, a]],
  ];
  const said = (names: readonly Name[]): readonly object[] =>
    names.flatMap((name) => {
      if (name === undefined) return [];
      return "exact" in name ? { type: "dns", value: name.exact } : { type: "dns", value: name.prefix, prefix: true };
    });
  for (const [how, before, now, taken] of wider)
    it(`are taken from whom they were and still are, where ${how}`, async () => {
      const served = await serveWithCertificates(said(before));
      build(served);
      served.security("staff", mtls({ ...(said(now).length === 0 ? {} : { subjects: said(now) }), identityHeader: "x-staff" }));
      // What is followed is what it was before at the next time.
      for (let time = 0; time < 3; time++) await served.reconcile();
      const names = [...served.mounted("keys.json").matchAll(/"matcher":(\{[^}]*\})/g)].map(([, name = ""]): unknown => JSON.parse(name));
      assert.deepEqual(names, taken);
      assert.equal(served.mounted("keys.json").includes('"portico.keys.staff"'), taken.length > 0);
    });

  it("are taken as before where the operator does not know from whom that was", async () => {
    const served = await serveWithCertificates();
    const before = served.mounted("keys.json");
    build(served);
    served.restart();
    served.security("staff", mtls({ subjects: said([a, b]) }));
    await served.reconcile();
    assert.equal(served.mounted("keys.json"), before);
  });

  it("are of those authorities that were believed for them, though one Security trusts others than the rest", async () => {
    const served = await serveWithCertificates();
    const before = served.mounted("trust.json");
    served.security("guest", mtls({ trust: { name: "others" } }));
    assert.deepEqual(await withoutMallory(served), ["alice"]);
    assert.equal(served.mounted("trust.json"), before);
  });

  it("are taken from fewer where the Security trusts others than the rest from the same edit on, whose authorities are not believed", async () => {
    const served = await serveWithCertificates(said([a, b]));
    const before = served.mounted("trust.json");
    served.security("staff", mtls({ trust: { name: "others" }, subjects: said([a]) }));
    await served.reconcile();
    assert.ok(served.mounted("keys.json").includes('"a.staff"') && !served.mounted("keys.json").includes('"b.staff"'));
    assert.equal(served.mounted("trust.json"), before);
  });

  it("are taken no more by a Security that takes keys now, though one trusts others than the rest", async () => {
    const served = await serveWithCertificates(said([a]), ["boss"]);
    const before = served.mounted("trust.json");
    served.security("guest", mtls({ trust: { name: "others" } }));
    await served.reconcile();
    assert.ok(served.mounted("keys.json").includes('"a.staff"'));
    served.security("staff", { ...key, apiKey: { ...key.apiKey, locations: [{ header: "x-staff" }] } });
    await served.reconcile();
    assert.ok(!served.mounted("keys.json").includes('"a.staff"'));
    assert.equal(served.mounted("trust.json"), before);
  });

  const taken: readonly (readonly [string, Readonly<Record<string, string>> | undefined])[] = [
    ["is taken out of", { "ca.crt": pem("strangers") }],
    ["goes with", undefined],
  ];
  for (const [how, entries] of taken)
    for (const [other, from] of [
      ["guest", "the one after it"],
      ["staff", "the one before it"],
    ] as const)
      it(`are not of an authority that ${how} its Secret, though a Security trusts others than ${from}`, async () => {
        const served = await serveWithCertificates();
        assert.ok(hasAuthority(served, "clients"));
        served.security(other, mtls({ trust: { name: "others" }, ...(other === "staff" ? { subjects: said([a]) } : {}) }));
        await served.reconcile();
        served.secret("authorities", entries);
        await served.reconcile();
        assert.ok(!hasAuthority(served, "clients") && !hasAuthority(served, "authority"));
        assert.equal(hasAuthority(served, "strangers"), entries !== undefined);
      });

  it("are of those authorities that are believed now, where the document is wrong", async () => {
    const served = await serveWithCertificates();
    const before = served.mounted("trust.json");
    served.spec({ ...wrong, expose: 7 });
    served.secret("authorities", { "ca.crt": pem("authority") });
    await served.reconcile();
    assert.notEqual(served.mounted("trust.json"), before);
  });
});

describe("a ready image that is served as a whole", () => {
  const tls = { expose: { tls: { name: "tls" } } };

  it("serves with what its documents serve with", async () => {
    const served = await serveWithCertificates();
    served.ready(tls);
    await served.reconcile();
    assert.equal(served.reason("Ready"), "Ready");
    assert.deepEqual(await withoutMallory(served), ["alice"]);
  });

  it("is refused where Securities trust different authorities, and those that were believed stay", async () => {
    const served = await serveWithCertificates();
    const before = served.mounted("trust.json");
    served.ready(tls);
    served.security("guest", mtls({ trust: { name: "others" } }));
    await served.reconcile();
    assert.equal(served.reason("Accepted"), "BadSecurity");
    assert.equal(served.mounted("trust.json"), before);
  });
});

const authorizer = (...sendHeaders: readonly string[]) => ({
  type: "authorizer",
  authorizer: { url: "https://authorizer.test", ...(sendHeaders.length === 0 ? {} : { sendHeaders }) },
});

/** An API that takes keys, or asks an authoriser of somebody whose token backends are told of. */
const serveWithAuthorizer = (): Promise<ServedApi> =>
  serveApi(
    {
      definition: [
        {
          inline: JSON.stringify({
            ...either,
            paths: { "/pets": { get: { security: [{ key: [] }, { user: [], asked: [] }], responses: { 204: {} } } } },
            components: { securitySchemes: { ...either.components.securitySchemes, asked: { type: "http", scheme: "bearer" } } },
          }),
        },
      ],
    },
    { key, user: jwt({ issuers: issuers("one"), claimsToHeaders: [{ claim: "sub", header: "x-user" }] }), asked: authorizer("x-city") },
    { clients: { alice: "key-of-alice", mallory: "key-of-mallory" } },
  );

describe("an authoriser that is sent a header in which backends are told who calls", () => {
  for (const [how, restarts] of [
    ["", false],
    [", though the operator does not know how it was", true],
  ] as const)
    it(`is mounted as before, and holds up no other${how}`, async () => {
      const served = await serveWithAuthorizer();
      const before = served.mounted("agent.json");
      assert.ok(before.includes("x-city"));
      if (restarts) served.restart();
      served.security("asked", authorizer("x-user"));
      assert.deepEqual(await withoutMallory(served), ["alice"]);
      assert.equal(served.mounted("agent.json"), before);
      served.ready({});
      await served.reconcile();
      assert.equal(served.reason("Accepted"), "BadSecurity");
      assert.equal(served.mounted("agent.json"), before);
    });
});

const byPassword = {
  ...document,
  paths: { "/pets": { get: { security: [{ staff: [] }], responses: { 204: {} } } } },
  components: { securitySchemes: { staff: { type: "http", scheme: "basic" } } },
};
const hash = "{SHA}hvfkN/qlp/zhXR3cuerq6jd2Z7g=";
const usersOf = (...names: readonly string[]) => ({ htpasswd: names.map((name) => `${name}:${hash}`).join("\n") });
const slip = { htpasswd: "no list of users" };

/** An API that takes passwords, and which of two users have a good one after all that is done. */
async function usersAfter(...steps: readonly ((served: ServedApi) => void)[]): Promise<readonly string[]> {
  const served = await serveApi(
    { definition: [{ inline: JSON.stringify(byPassword) }] },
    { key, staff: { type: "basic", basic: { users: { name: "users" } } } },
    { clients: { alice: "key-of-alice" }, users: usersOf("alice", "mallory") },
  );
  for (const step of steps) {
    step(served);
    await served.reconcile();
  }
  return ["alice", "mallory"].filter((name) => served.mounted("agent.json").includes(name));
}

describe("a slip in a Secret, while what the API asks for cannot be had", () => {
  const users =
    (entries: Readonly<Record<string, string>>) =>
    (served: ServedApi): void =>
      served.secret("users", entries);
  const asksFor =
    (fields: object) =>
    (served: ServedApi): void =>
      served.spec(fields);

  it("brings nobody back who was taken away meanwhile", async () => {
    assert.deepEqual(await usersAfter(asksFor(wrong), users(usersOf("alice")), users(slip)), ["alice"]);
  });

  it("brings nobody back where the document is mended", async () => {
    const mended = { definition: [{ inline: JSON.stringify(byPassword) }] };
    assert.deepEqual(await usersAfter(asksFor(wrong), users(usersOf("alice")), users(slip), asksFor(mended)), ["alice"]);
  });

  it("locks nobody out where the Secret is one that a new document no longer asks for", async () => {
    const building = (served: ServedApi): void => {
      build(served);
      served.spec({ definition });
    };
    assert.deepEqual(await usersAfter(building, users(slip)), ["alice", "mallory"]);
  });

  it("locks nobody out beside pods of a new image that do not come", async () => {
    const hanging = (served: ServedApi): void => {
      served.rollout("progressing");
      served.image({ kind: "there", reference: "registry.test/pets:2@sha256:2", madeWith: { toolkit: "1", base: undefined } });
      served.spec({ definition });
    };
    assert.deepEqual(await usersAfter(hanging, users(slip)), ["alice", "mallory"]);
    assert.deepEqual(await usersAfter(hanging, users(usersOf("alice")), users(slip)), ["alice"]);
  });
});
