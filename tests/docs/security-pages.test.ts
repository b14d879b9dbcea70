import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { startIssuer } from "../../testing/answering-issuer.ts";
import { startBackend } from "../../testing/backend.ts";
import { pem, statusWithCertificate } from "../../testing/client-certificates.ts";
import { pageExamples } from "../../testing/page-examples.ts";
import { servePortico } from "../../testing/portico.ts";
import { send } from "../../testing/raw-request.ts";
import type { Scope } from "../../testing/scope.ts";
import { until } from "../../testing/until.ts";

/** The files of a page, the document first, with a text in them replaced by what is here. */
function filesOf(page: string, there: string, here: string): Readonly<Record<string, string>> {
  const { files } = pageExamples(fileURLToPath(new URL(`../../docs/security/${page}.md`, import.meta.url)));
  assert.ok(
    [...files.values()].some((text) => text.includes(there)),
    `${page} says ${there}`,
  );
  return Object.fromEntries([...files].map(([name, text]) => [name, text.replaceAll(there, here)]));
}

/** Serves such files, and asks with an `Authorization`. */
async function serve(scope: Scope, files: Readonly<Record<string, string>>) {
  const resources = Object.keys(files).filter((name) => name !== "pets.yaml");
  const gateway = await servePortico(scope, files, "--mock", ...resources.flatMap((name) => ["--resources", name]));
  return async (authorization: string): Promise<number> =>
    (await send(gateway.port, { send: "GET /pets", headers: { authorization } })).status;
}

describe("what the pages of credentials set up lets in who should be, where what they ask is there", { timeout: 60_000 }, () => {
  it("tokens", async (t) => {
    const issuer = await startIssuer(t, "");
    const status = await serve(t, filesOf("tokens", "https://login.example", issuer.issuer));
    const good = `Bearer ${issuer.token({ claims: { scope: "read", email_verified: true } })}`;
    await until("the issuer's keys are there", async () => (await status(good)) === 200);
    assert.equal(await status(`Bearer ${issuer.token({ claims: { scope: "read" } })}`), 403);
  });

  it("opaque tokens", async (t) => {
    const { issuer } = await startIssuer(t, "its-secret");
    const status = await serve(t, filesOf("opaque-tokens", "http://127.0.0.1:9", issuer));
    assert.deepEqual([await status("Bearer good"), await status("Bearer bad")], [200, 401]);
  });

  it("an authoriser", async (t) => {
    const { url } = await startBackend(t, ({ headers }, response) => {
      response.statusCode = headers.authorization === "Bearer good" ? 200 : 401;
      response.end();
    });
    const status = await serve(t, filesOf("authorizers", "http://127.0.0.1:9", url));
    assert.deepEqual([await status("Bearer good"), await status("Bearer bad")], [200, 401]);
  });

  it("certificates", async (t) => {
    const authorities = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "client-authorities" },
      stringData: { "ca.crt": pem("clients.pem") },
    };
    const files = {
      ...filesOf("certificates", "spiffe://pets.example/", "spiffe://pets.test/"),
      ...{ "authorities.yaml": JSON.stringify(authorities), "tls.crt": pem("localhost.pem"), "tls.key": pem("localhost.key") },
    };
    const resources = ["--resources", "machine.yaml", "--resources", "authorities.yaml"];
    const { port } = await servePortico(t, files, "--mock", ...resources, "--tls-certificate", "tls.crt", "--tls-key", "tls.key");
    assert.deepEqual([await statusWithCertificate(port, "/pets", "alice"), await statusWithCertificate(port, "/pets", "bob")], [200, 401]);
  });
});
