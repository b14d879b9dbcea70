import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { freePort } from "../../testing/free-port.ts";
import { runPortico, temporaryFolder } from "../../testing/portico.ts";

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/certificates/${name}`, import.meta.url));
const read = (name: string): Promise<string> => readFile(fixture(name), "utf8");

const document = '{"openapi":"3.1.0","info":{"title":"Pets","version":"1"},"paths":{"/pets":{"get":{"operationId":"list"}}}}';

const encrypted = async (): Promise<string> =>
  String(
    createPrivateKey(await read("localhost.key")).export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "secret" }),
  );

/** What cannot be served with: the two files, and the Problem. */
const refusals: readonly {
  readonly title: string;
  readonly make: () => Promise<readonly [certificate: string, key: string]>;
  readonly says: RegExp;
}[] = [
  {
    title: "a certificate that is none",
    make: async () => ["hello", await read("localhost.key")],
    says: /^tls\.crt: error BadCertificate: .*no certificate/m,
  },
  {
    title: "a certificate that is cut off",
    make: async () => [(await read("localhost.pem")).slice(0, 200), await read("localhost.key")],
    says: /^tls\.crt: error BadCertificate: /m,
  },
  {
    title: "a chain that is broken behind its first certificate",
    make: async () => [
      `${await read("localhost.pem")}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`,
      await read("localhost.key"),
    ],
    says: /^tls\.crt: error BadCertificate: .*chain/m,
  },
  {
    title: "a key that is none",
    make: async () => [await read("localhost.pem"), "hello"],
    says: /^tls\.key: error BadCertificate: .*no private key/m,
  },
  {
    title: "a certificate where the key belongs",
    make: async () => [await read("localhost.pem"), await read("localhost.pem")],
    says: /^tls\.key: error BadCertificate: .*no private key/m,
  },
  {
    title: "an encrypted key",
    make: async () => [await read("localhost.pem"), await encrypted()],
    says: /^tls\.key: error BadCertificate: .*not encrypted/m,
  },
  {
    title: "a key that belongs to another certificate",
    make: async () => [await read("localhost.pem"), await read("other.key")],
    says: /^tls\.key: error BadCertificate: The private key does not belong to the certificate of tls\.crt/m,
  },
  ...["ed25519", "rsa-1024"].map((kind) => ({
    title: `a key that Envoy does not take: ${kind}`,
    make: async () => [await read(`${kind}.pem`), await read(`${kind}.key`)] as const,
    says: /^tls\.key: error BadCertificate: Envoy serves RSA keys of 2048 bits/m,
  })),
];

describe("a certificate that cannot be served with is a Problem that names the file, before Envoy starts", {
  concurrency: 2,
  timeout: 60_000,
}, () => {
  /** Runs with options in a folder with these files: what it says. */
  async function refused(t: TestContext, files: Readonly<Record<string, string>>, ...options: readonly string[]): Promise<string> {
    const folder = await temporaryFolder(t);
    for (const [name, content] of Object.entries({ "pets.yaml": document, ...files })) await writeFile(join(folder, name), content);
    const { exit, stderr } = await runPortico(t, ["run", "pets.yaml", "--mock", "--port", String(await freePort()), ...options], folder);
    assert.equal(exit, 1, stderr);
    assert.doesNotMatch(stderr, /^envoy: |EnvoyFailed/m);
    return stderr;
  }

  const both = ["--tls-certificate", "tls.crt", "--tls-key", "tls.key"];

  for (const { title, make, says } of refusals) {
    it(title, async (t) => {
      const [certificate, key] = await make();
      assert.match(await refused(t, { "tls.crt": certificate, "tls.key": key }, ...both), says);
    });
  }

  it("files that are not there, both at once", async (t) => {
    const said = await refused(t, {}, ...both);
    assert.match(said, /^tls\.crt: error FileUnreadable: /m);
    assert.match(said, /^tls\.key: error FileUnreadable: /m);
  });

  it("one without the other", async (t) => {
    assert.match(await refused(t, {}, "--tls-certificate", fixture("localhost.pem")), /^--tls-key: error MissingField: /m);
    assert.match(await refused(t, {}, "--tls-key", fixture("localhost.key")), /^--tls-certificate: error MissingField: /m);
  });
});
