import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { pem } from "../../testing/client-certificates.ts";
import { testApi, testBackend } from "../../testing/model.ts";
import { octetsOf, oddCertificates } from "../../testing/odd-certificates.ts";
import type { Verifier } from "../model/security.ts";
import type { Values } from "../model/values.ts";
import { wholeFile } from "../problem.ts";
import { Redacted } from "../redacted.ts";
import { withLastGood } from "./values.ts";

const where = wholeFile("a.yaml");
const verifier: Verifier = {
  security: "a",
  tokens: undefined,
  keys: undefined,
  agent: undefined,
  trust: undefined,
  locations: [],
  blockedClients: [],
  where,
};
const secret = (name: string, key?: string) => ({ kind: "Secret", name, key }) as const;
const issuer = (key: string) => ({
  issuer: `https://${key}.test`,
  audiences: [],
  keys: { kind: "value", form: "jwks", from: secret("issuers", key) } as const,
});
const set = (x: string): string => JSON.stringify({ keys: [{ kty: "OKP", crv: "Ed25519", x }] });
const [first, second] = ["11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqo"].map((x) =>
  set(x.slice(0, 43)),
);

const values = (objects: Readonly<Record<string, Readonly<Record<string, string | undefined>>>>): Values =>
  new Map(
    Object.entries(objects).map(([name, entries]) => [
      `Secret/${name}`,
      new Map(Object.entries(entries).flatMap(([key, text]) => (text === undefined ? [] : [[key, new Redacted(text)] as const]))),
    ]),
  );
const entry = (found: Values, name: string, key: string): string | undefined => found.get(`Secret/${name}`)?.get(key)?.reveal();

describe("what stands in for what is wrong", () => {
  const tokens = {
    issuers: [issuer("one"), issuer("two")],
    clockSkewSeconds: 60,
    maxLifetimeSeconds: undefined,
    cache: true,
    scopeClaims: [],
  };
  const model = { ...testApi, verifiers: [{ ...verifier, tokens }] };
  const before = values({ issuers: { one: first, two: second } });

  it("is the last good of each entry by itself: what is gone beside it is gone", () => {
    const kept = withLastGood([model], values({ issuers: { two: "no JSON" } }), before);
    assert.deepEqual([entry(kept, "issuers", "one"), entry(kept, "issuers", "two")], [undefined, second]);
  });

  it("is nothing for a set that says that there are no keys", () => {
    const none = '{"keys":[]}';
    const kept = withLastGood([model], values({ issuers: { one: none, two: second } }), before);
    assert.equal(entry(kept, "issuers", "one"), none);
  });

  it("is nothing for what is empty", () => {
    const guarded = { ...testApi, verifiers: [{ ...verifier, trust: secret("ca", "ca.crt") }] };
    const was = values({ ca: { "ca.crt": "the last one" } });
    for (const text of ["", " \n"])
      assert.equal(entry(withLastGood([guarded], values({ ca: { "ca.crt": text } }), was), "ca", "ca.crt"), text);
    assert.equal(entry(withLastGood([guarded], values({ ca: { "ca.crt": "no PEM" } }), was), "ca", "ca.crt"), "the last one");
    assert.equal(entry(withLastGood([model], values({ issuers: { one: "", two: second } }), before), "issuers", "one"), "");
  });

  it("is nothing for an authority whose certificate only Envoy does not take", () => {
    const guarded = { ...testApi, verifiers: [{ ...verifier, trust: secret("ca", "ca.crt") }] };
    const odd = Object.values(oddCertificates).map((make) => make(octetsOf(pem("strangers.pem"))));
    const was = values({ ca: { "ca.crt": pem("clients.pem") } });
    for (const text of [...odd, ...odd.map((one) => one + pem("strangers.pem"))])
      assert.equal(entry(withLastGood([guarded], values({ ca: { "ca.crt": text } }), was), "ca", "ca.crt"), text);
  });

  it("is nothing for what is right beside it", () => {
    const agent = {
      kind: "introspection",
      url: "https://issuer.test",
      client: secret("client"),
      audiences: [],
      timeoutMs: 1000,
      cacheMs: 0,
      trust: secret("ca", "ca.crt"),
    } as const;
    const now = values({ client: { username: "portico", password: "new" }, ca: { "ca.crt": "no PEM" } });
    const was = values({ client: { username: "portico", password: "old" }, ca: { "ca.crt": "the last one" } });
    const kept = withLastGood([{ ...testApi, verifiers: [{ ...verifier, agent }] }], now, was);
    assert.deepEqual([entry(kept, "client", "password"), entry(kept, "ca", "ca.crt")], ["new", "the last one"]);
  });

  it("is nothing for an authority that is gone, though a backend is believed by it, too", () => {
    const backend = { ...testBackend, where, tls: { ...testBackend.tls, trust: secret("ca", "ca.crt") } };
    const shared = { ...testApi, backends: [backend], verifiers: [{ ...verifier, trust: secret("ca", "ca.crt") }] };
    const was = values({ ca: { "ca.crt": "the last one" } });
    assert.equal(entry(withLastGood([shared], values({}), was), "ca", "ca.crt"), undefined);
    assert.equal(entry(withLastGood([{ ...shared, verifiers: [] }], values({}), was), "ca", "ca.crt"), "the last one");
  });
});
