import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { rootCertificates } from "node:tls";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { validateConfiguration } from "../../src/apply/envoy/validate.ts";
import { writeAtomically } from "../../src/apply/run-folder.ts";
import { certificatesIn, leftOutIn } from "../../src/model/certificates.ts";
import { startBackend } from "../../testing/backend.ts";
import { pem, statusWithCertificate } from "../../testing/client-certificates.ts";
import { testEnvoy } from "../../testing/envoy.ts";
import { caseValues, compileCase, type GoldenCase, resolveCase } from "../../testing/golden-case.ts";
import { mutatedCertificates, octetsOf, oddCertificates, pemOf } from "../../testing/odd-certificates.ts";
import { servePortico, temporaryFolder } from "../../testing/portico.ts";
import { until } from "../../testing/until.ts";
import { sentTo, targetEndpoint } from "../backends/served.ts";
import { guarded, protectedGateway, secret, security } from "./protected-gateway.ts";

const path = (name: string): string => fileURLToPath(new URL(`../fixtures/certificates/${name}`, import.meta.url));
const settings: GoldenCase["settings"] = { mock: false, credentials: "fail", debug: false, trustedHops: 0, requests: [] };
const strangers = octetsOf(pem("strangers.pem"));
const document = { openapi: "3.1.0", info: { title: "Pets", version: "1.0.0" }, paths: { "/any": guarded({ any: [] }) } };

/** Objects by which the authorities of a text are believed, of clients and of a backend. */
const believing = (text: string): readonly object[] => [
  security("any", { type: "mtls", mtls: { trust: { name: "authorities" } } }),
  targetEndpoint("pets", { url: "https://pets.test", tls: { trust: { secret: { name: "authorities" } } } }),
  secret("authorities", { "ca.crt": text }),
];
const yaml = (objects: readonly object[]): string => objects.map((one) => JSON.stringify(one)).join("\n---\n");

/** The gateway's files with what is in the file of authorities in the place of where it is: only what is in the listener is looked at by an Envoy that does not serve. */
function withTrust(files: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const { resources } = JSON.parse(files.get("mounted/trust.json") ?? "");
  const text = files.get("mounted/listeners.json") ?? "";
  const listeners = JSON.stringify(
    JSON.parse(text, (_, value) => {
      if (value?.validation_context_sds_secret_config === undefined) return value;
      const { validation_context_sds_secret_config: __, ...rest } = value;
      return { ...rest, validation_context: resources[0].validation_context };
    }),
  );
  assert.ok(listeners.includes("trusted_ca"));
  return new Map([...files, ["mounted/listeners.json", listeners]]);
}

async function isTaken(t: Parameters<typeof temporaryFolder>[0], text: string, changed: (listeners: string) => string = (same) => same) {
  const folder = await temporaryFolder(t);
  const input = yaml([{ ...document, "x-portico": { backend: "pets" } }, ...believing(text)]);
  const apis = resolveCase({ input, settings });
  assert.ok(apis.ok, apis.problems.map(({ message }) => message).join("\n"));
  const tls = { certificate: path("localhost.pem"), key: path("localhost.key") };
  const files = compileCase(apis.value, settings, { port: 18080, monitoring: 18081, values: caseValues({ input }), tls });
  for (const [name, content] of withTrust(files)) await writeAtomically(join(folder, name), changed(content));
  return validateConfiguration(await testEnvoy(), folder);
}

describe("certificates of authorities that are odd", () => {
  it("are left out, and those that everybody believes are none of them", () => {
    for (const [what, odd] of Object.entries(oddCertificates)) {
      const text = pem("clients.pem") + odd(strangers) + pem("strangers.pem");
      assert.deepEqual([certificatesIn(text).length, leftOutIn(text)], [2, [2]], what);
    }
    assert.deepEqual(leftOutIn(rootCertificates.join("\n")), []);
  });

  it("are such that Envoy refuses all that stand beside them, and takes the others", { timeout: 120_000 }, async (t) => {
    assert.ok((await isTaken(t, pem("clients.pem"))).ok);
    const good = JSON.stringify(certificatesIn(pem("clients.pem"))[0]).slice(1, -1);
    for (const [what, odd] of Object.entries(oddCertificates)) {
      const beside = (text: string): string => text.replaceAll(good, `${good}\\n${odd(strangers).replaceAll("\n", "\\n")}`);
      assert.equal((await isTaken(t, pem("clients.pem"), beside)).ok, false, what);
    }
  });

  it("are all left out of what Envoy is given, however they are made", { timeout: 300_000 }, async (t) => {
    const names = ["clients.pem", "strangers.pem", "issuer.pem", "dsa.pem", "ed25519.pem", "rsa-1024.pem", "secp256k1.pem"];
    const good = [...names.map(pem), ...rootCertificates.slice(0, 20)].map(octetsOf);
    const made = fc.sample(mutatedCertificates(good), 4_000).map(pemOf);
    const text = made.join("");
    const [taken, leftOut] = [certificatesIn(text).length, leftOutIn(text).length];
    t.diagnostic(`${taken} were taken, and ${leftOut} left out`);
    assert.ok(taken > 1_000 && leftOut > 1_000);
    const valid = await isTaken(t, text);
    if (!valid.ok) for (const one of made) assert.ok((await isTaken(t, pem("clients.pem") + one)).ok, `Envoy refuses:\n${one}`);
    assert.ok(valid.ok);
  });
});

describe("a certificate for backends that Envoy does not take", { timeout: 60_000 }, () => {
  const chains = {
    "an odd one behind it": [pem("alice.pem") + oddCertificates["version 5"]?.(strangers), pem("alice.key")],
    "of RSA with 1024 bits": [pem("rsa-1024.pem"), pem("rsa-1024.key")],
  } as const;
  for (const [what, [chain, key]] of Object.entries(chains))
    it(`holds up no other backend: ${what}`, async (t) => {
      const other = await startBackend(t);
      const gateway = await protectedGateway(t, { paths: { "/pets": sentTo("pets"), "/other": sentTo("other") } }, [
        targetEndpoint("pets", { url: "https://localhost:1", tls: { clientCertificate: { name: "own" } } }),
        targetEndpoint("other", { url: other.url }),
        secret("own", { "tls.crt": chain, "tls.key": key }),
      ]);
      assert.deepEqual([(await gateway.get("/other")).status, (await gateway.get("/pets")).status], [200, 503]);
    });
});

describe("an authority that is taken away", { timeout: 180_000 }, () => {
  const mtls = [security("any", { type: "mtls", mtls: { trust: { name: "clients" } } })];
  const trusting = (text: string): string => yaml([...mtls, secret("clients", { "ca.crt": text })]);

  it("lets nobody in any more, whatever is odd among those that take its place; with such a one the gateway starts", async (t) => {
    const odd = Object.values(oddCertificates).map((make) => make(strangers));
    const files = { "pets.json": JSON.stringify(document), "any.yaml": trusting(pem("clients.pem") + odd.join("")) };
    const tls = ["--tls-certificate", path("localhost.pem"), "--tls-key", path("localhost.key")];
    const { port, write, says } = await servePortico(t, files, "--mock", "--watch", "--resources", "any.yaml", ...tls);
    await says(/the certificates 2, 3, 4, 5, 6, 7 are none that Envoy takes/);
    const statusOf = (client: string): Promise<number | "refused"> => statusWithCertificate(port, "/any", client).catch(() => "refused");
    const believes = async (text: string, believed: boolean): Promise<void> => {
      await write("any.yaml", trusting(text));
      await until("it counts", async () => ((await statusOf("alice")) === 200) === believed);
    };
    for (const one of odd) {
      await believes(pem("strangers.pem") + one, false);
      assert.deepEqual([await statusOf("alice"), await statusOf("mallory")], ["refused", 200]);
      await believes(pem("clients.pem"), true);
      // An odd one alone says whom to believe, too.
      await believes(one, false);
      assert.deepEqual([await statusOf("alice"), await statusOf("mallory")], [401, 401]);
      await believes(pem("clients.pem"), true);
    }
  });
});
