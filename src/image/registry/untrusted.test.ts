import assert from "node:assert/strict";
import { createServer as createPlain, type Server } from "node:http";
import { createServer, type ServerOptions } from "node:https";
import { describe, it, type TestContext } from "node:test";
import { pem } from "../../../testing/client-certificates.ts";
import { noCredentials } from "./credentials.ts";
import { openRegistry } from "./registry.ts";
import { whyUntrusted } from "./untrusted.ts";

/** What is said of a registry with a server's TLS, asked by a name, by who trusts an authority. */
async function saidOf(t: TestContext, server: Server, name: string, authorities: string | undefined = pem("authority.pem")) {
  await new Promise<void>((resolve) => server.listen(0, resolve));
  t.after(() => void server.close());
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const retries = { most: 0, firstMs: 1, longestMs: 1 };
  const options = { authorities, patienceMs: 5000, credentials: noCredentials, plainHttp: false, retries };
  const registry = openRegistry(`${name}:${port}`, options);
  t.after(registry.close);
  const { problems } = await registry.manifest("a", "1");
  return problems.map(({ reason, message }) => `${reason} ${message}`).join();
}

const withTls = (options: ServerOptions): Server =>
  createServer({ cert: pem("localhost.pem"), key: pem("localhost.key"), ...options }, (_, response) => response.writeHead(404).end());

const wantsCertificate: ServerOptions = { requestCert: true, rejectUnauthorized: true, ca: [pem("clients.pem")] };
const old: ServerOptions = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" };

describe("a registry that is not trusted", () => {
  it("is none where all is well", async (t) => {
    assert.equal(await saidOf(t, withTls({}), "localhost"), "");
  });

  it("speaks no TLS", async (t) => {
    assert.match(await saidOf(t, createPlain(), "localhost"), /^RegistryUntrusted The registry speaks no TLS\. .*--plain-http/);
  });

  it("has a certificate of an authority that is unknown", async (t) => {
    const said = await saidOf(t, withTls({}), "localhost", pem("strangers.pem"));
    assert.match(said, /^RegistryUntrusted .* is not trusted \(.*--registry-ca/);
  });

  it("has a certificate for other names", async (t) => {
    const said = await saidOf(t, withTls({}), "127.0.0.1");
    assert.match(said, /^RegistryUntrusted The registry's certificate is for other names \(localhost\)\. /);
    assert.doesNotMatch(said, /--registry-ca/);
  });

  it("wants a certificate", async (t) => {
    for (const maxVersion of ["TLSv1.2", "TLSv1.3"] as const) {
      const said = await saidOf(t, withTls({ ...wantsCertificate, maxVersion }), "localhost");
      assert.match(said, /^RegistryUntrusted .* wants a certificate of whoever asks it, /, maxVersion);
      assert.doesNotMatch(said, /--plain-http/);
    }
  });

  it("speaks an old version of TLS", async (t) => {
    const said = await saidOf(t, withTls(old), "localhost");
    assert.match(said, /^RegistryUntrusted The registry speaks only a version of TLS that is too old/);
  });

  it("has many names, or long or odd ones: a few are said", () => {
    const of = (subjectaltname: string): string =>
      whyUntrusted(Object.assign(new Error("x"), { code: "ERR_TLS_CERT_ALTNAME_INVALID", cert: { subjectaltname } })) ?? "";
    const many = Array.from({ length: 9 }, (_, index) => `DNS:n${index}.test`);
    assert.match(of(`${many.join(", ")}, IP Address:10.0.0.1`), /\(n0\.test, n1\.test, n2\.test, n3\.test, n4\.test, and 5 more\)/);
    assert.match(of("IP Address:10.0.0.1"), /\(10\.0\.0\.1\)/);
    assert.ok(of(`DNS:\u001b[2J${"x".repeat(5000)}`).length < 400);
    assert.equal(of("DNS:\u001b[2J").includes("\u001b"), false);
  });

  it("has a certificate whose time is over, or fails in another way", () => {
    const of = (code: string, message = ""): string => whyUntrusted(Object.assign(new Error(message), { code })) ?? "";
    assert.match(of("CERT_HAS_EXPIRED"), /no longer valid/);
    assert.match(of("CERT_NOT_YET_VALID"), /not yet valid/);
    assert.match(of("EPROTO", "write EPROTO 40:SSL alert number 80\n"), /\(alert 80\)/);
    assert.match(of("EPROTO", "odd\n"), /TLS with the registry fails \(odd\)/);
    assert.equal(of("ECONNREFUSED"), "");
  });
});
