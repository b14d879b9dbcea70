import assert from "node:assert/strict";
import { request } from "node:https";
import { before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import type { GatewayFiles } from "../../src/compile/engine.ts";
import { isObject } from "../../src/text/node.ts";
import { pem } from "../../testing/client-certificates.ts";
import { type Scope, within } from "../../testing/scope.ts";
import { guarded, keySecurity, protectedGateway, secret, security } from "./protected-gateway.ts";

// As mutations.test.ts, for the filters that are mounted in a chain of their own: what looks for keys and certificates, wherever they stand.

const path = (name: string): string => fileURLToPath(new URL(`../fixtures/certificates/${name}`, import.meta.url));
const key = { alice: "key-of-alice" };
const document = {
  paths: Object.fromEntries(["header", "query", "cookie", "machine", "other"].map((name) => [`/${name}`, guarded({ [name]: [] })])),
};
const resources = [
  ...keySecurity("header", key, { locations: [{ header: "x-key" }] }),
  ...keySecurity("query", key, { locations: [{ query: "k" }] }),
  ...keySecurity("cookie", key, { locations: [{ cookie: "k" }] }),
  security("machine", { type: "mtls", mtls: { trust: { name: "authorities" }, subjects: [{ type: "dns", value: "alice.pets.test" }] } }),
  security("other", { type: "mtls", mtls: { trust: { name: "authorities" }, subjects: [{ type: "dns", value: "bob.test" }] } }),
  secret("authorities", { "ca.crt": pem("clients.pem") }),
];

/** A request, by a client with or without a certificate. */
type Probe = readonly [target: string, headers: Readonly<Record<string, string>>, client?: string];
const probes: readonly Probe[] = [
  ["/header", { "x-key": "key-of-alice" }],
  ["/header", { "x-key": "wrong" }],
  ["/query?k=key-of-alice&a=1", {}],
  ["/query?k=wrong", {}],
  ["/cookie", { cookie: "a=1; k=key-of-alice" }],
  ["/cookie", { cookie: "k=wrong" }],
  ["/machine", {}, "alice"],
  ["/machine", {}, "bob"],
  ["/other", {}, "bob"],
];

/** How each ends, and what of a credential the backend sees. */
const outcomes = (mutated: (files: GatewayFiles) => GatewayFiles): Promise<readonly string[]> =>
  within((scope) => outcomesIn(scope, mutated));

async function outcomesIn(scope: Scope, mutated: (files: GatewayFiles) => GatewayFiles): Promise<readonly string[]> {
  const tls = { certificate: path("localhost.pem"), key: path("localhost.key") };
  const { port, backend } = await protectedGateway(scope, document, resources, { mutated, tls });
  const found: string[] = [];
  for (const [target, headers, client] of probes) {
    const before = backend.received.length;
    const shown = client === undefined ? {} : { cert: pem(`${client}.pem`), key: pem(`${client}.key`) };
    const status = await new Promise<number>((resolve, reject) => {
      const options = { host: "127.0.0.1", port, path: target, headers, agent: false, ca: pem("authority.pem"), servername: "localhost" };
      request({ ...options, ...shown }, (answer) => answer.resume().on("end", () => resolve(answer.statusCode ?? 0)))
        .once("error", reject)
        .end();
    });
    const got = backend.received[before];
    const copies = Object.keys(got?.headers ?? {}).filter((name) => name.startsWith("portico-"));
    found.push([status, got?.path, got?.headers.cookie, got?.headers["x-key"], ...copies].filter((one) => one !== undefined).join(" "));
  }
  return found;
}

const expected = ["200 /header", "401", "200 /query?a=1", "401", "200 /cookie a=1", "401", "200 /machine", "401", "200 /other"];

type Filters = readonly unknown[];

/** Changes the filters of the chain that is mounted. */
const changed =
  (change: (filters: Filters) => Filters) =>
  (files: GatewayFiles): GatewayFiles => {
    const text = files.get("mounted/keys.json") ?? assert.fail("no keys are mounted");
    const isChain = (name: string, value: unknown): value is Filters => name === "filters" && Array.isArray(value);
    const file = JSON.stringify(JSON.parse(text, (name: string, value: unknown) => (isChain(name, value) ? change(value) : value)));
    return new Map([...files, ["mounted/keys.json", file]]);
  };

const nameOf = (one: unknown): string => (isObject(one) ? String(one.name) : "");

describe("without a filter of the chain that looks for keys", { timeout: 120_000 }, () => {
  let chain: readonly string[] = [];
  before(async () => {
    const whole = changed((filters) => {
      chain = filters.map(nameOf);
      return filters;
    });
    assert.deepEqual(await outcomes(whole), expected, "all filters are there");
  });

  it("some request ends otherwise, whichever it is", async (t) => {
    assert.deepEqual(
      chain.filter((name) => name.startsWith("portico.")).toSorted(),
      ["cookie", "header", "machine", "other", "query"].map((name) => `portico.keys.${name}`),
    );
    for (const [index, name] of chain.entries()) {
      const found = await outcomes(changed((filters) => filters.filter((_, at) => at !== index)));
      const otherwise = found.flatMap((one, at) => (one === expected[at] ? [] : [`${probes[at]?.[0]}: ${one}, not ${expected[at]}`]));
      t.diagnostic(`${name}: ${otherwise.join("; ")}`);
      assert.notDeepEqual(otherwise, [], `number ${index}, ${name}`);
    }
  });
});
