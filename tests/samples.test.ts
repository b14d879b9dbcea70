import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { startIssuer } from "../testing/answering-issuer.ts";
import { pem, statusWithCertificate } from "../testing/client-certificates.ts";
import { grpcAuthorizer } from "../testing/grpc-authorizer.ts";
import { replaceFile, runPortico, servePortico, temporaryFolder } from "../testing/portico.ts";
import { send } from "../testing/raw-request.ts";
import { until } from "../testing/until.ts";

const folder = fileURLToPath(new URL("../deploy/samples/security", import.meta.url));
const samples = readdirSync(folder);

/** A Security of each sample protects one path. */
const securities = {
  jwt: "user",
  "opaque-tokens": "partner",
  keys: "key",
  passwords: "staff",
  certificates: "machine",
  authorizer: "policy",
};
const kinds = {
  jwt: { type: "http", scheme: "bearer" },
  "opaque-tokens": { type: "oauth2", flows: {} },
  keys: { type: "apiKey", in: "header", name: "X-Api-Key" },
  passwords: { type: "http", scheme: "basic" },
  certificates: { type: "mutualTLS" },
  authorizer: { type: "http", scheme: "bearer" },
};

const documentOf = (names: readonly (keyof typeof kinds)[]): string =>
  JSON.stringify({
    openapi: "3.1.0",
    info: { title: "Pets", version: "1.0.0" },
    servers: [{ url: "https://pets.example" }],
    components: { securitySchemes: Object.fromEntries(names.map((name) => [securities[name], kinds[name]])) },
    paths: Object.fromEntries(
      names.map((name) => [
        `/${name}`,
        { get: { operationId: name, security: [{ [securities[name]]: [] }], responses: { 200: { description: "ok" } } } },
      ]),
    ),
  });

const all = ["jwt", "opaque-tokens", "keys", "passwords", "certificates", "authorizer"] as const;
const withoutTls = all.filter((name) => name !== "certificates");

const sample = (name: keyof typeof kinds): string => readFileSync(`${folder}/${name}.yaml`, "utf8");

/** A sample with a text of it replaced by what is here. */
function withHere(name: keyof typeof kinds, there: string, here: string): string {
  const text = sample(name);
  assert.ok(text.includes(there), `${name} says ${there}`);
  return text.replaceAll(there, here);
}

describe("the samples of Securities", { timeout: 120_000 }, () => {
  it("are one of each kind, and are right", async (t) => {
    assert.deepEqual(samples.toSorted(), all.map((name) => `${name}.yaml`).toSorted());
    const written = await temporaryFolder(t);
    for (const name of all) {
      await replaceFile(join(written, `${name}.json`), documentOf([name]));
      const { exit, stdout, stderr } = await runPortico(t, ["check", `${name}.json`, "--resources", `${folder}/${name}.yaml`], written);
      assert.equal(exit, 0, stdout + stderr);
    }
  });

  it("let in who has what they ask for, and nobody else", async (t) => {
    const files = Object.fromEntries(withoutTls.map((name) => [`${name}.yaml`, readFileSync(`${folder}/${name}.yaml`, "utf8")]));
    const resources = Object.keys(files).flatMap((name) => ["--resources", name]);
    const gateway = await servePortico(t, { "pets.json": documentOf(withoutTls), ...files }, "--mock", ...resources);
    const status = async (name: string, headers: Readonly<Record<string, string>> = {}): Promise<number> =>
      (await send(gateway.port, { send: `GET /${name}`, headers })).status;
    for (const name of ["jwt", "opaque-tokens", "keys", "passwords"]) assert.equal(await status(name), 401, name);
    assert.equal(await status("keys", { "x-api-key": "change-me-too" }), 200);
    assert.equal(await status("keys", { "x-api-key": "changed" }), 401);
    const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString("base64")}` });
    assert.deepEqual([await status("passwords", basic("ann:change me")), await status("passwords", basic("ann:changed"))], [200, 401]);
    // Nobody is there who knows these: nobody is let in.
    assert.equal(await status("jwt", { authorization: "Bearer of-nobody" }), 401);
    assert.equal(await status("opaque-tokens", { authorization: "Bearer of-nobody" }), 503);
    assert.equal(await status("authorizer", { authorization: "Bearer of-nobody" }), 503);
  });

  it("let in who is known where they ask: an issuer, an introspection endpoint, an authoriser", async (t) => {
    const issuer = await startIssuer(t, "change-me");
    const authorizer = await grpcAuthorizer(t);
    const files = {
      "jwt.yaml": withHere("jwt", "https://login.example.com", issuer.issuer),
      "opaque-tokens.yaml": withHere("opaque-tokens", "https://login.example.com", issuer.issuer),
      "authorizer.yaml": withHere("authorizer", "http://opa.policies.svc:9191", authorizer.url),
    };
    const resources = Object.keys(files).flatMap((name) => ["--resources", name]);
    const document = documentOf(["jwt", "opaque-tokens", "authorizer"]);
    const gateway = await servePortico(t, { "pets.json": document, ...files }, "--mock", ...resources);
    const status = async (name: string, authorization: string): Promise<number> =>
      (await send(gateway.port, { send: `GET /${name}`, headers: { authorization } })).status;
    const verified = `Bearer ${issuer.token({ claims: { email_verified: true } })}`;
    await until("the issuer's keys are there", async () => (await status("jwt", verified)) === 200);
    assert.equal(await status("jwt", `Bearer ${issuer.token({ claims: { email_verified: false } })}`), 403);
    assert.deepEqual([await status("opaque-tokens", "Bearer good"), await status("opaque-tokens", "Bearer bad")], [200, 401]);
    assert.deepEqual([await status("authorizer", "good"), await status("authorizer", "unknown")], [200, 401]);
  });

  it("let in whose certificate has the name that is asked for, and nobody else", async (t) => {
    const authorities = sample("certificates").match(/ca\.crt: \|\n([\s\S]*)/)?.[1] ?? assert.fail("it has authorities");
    const here = pem("clients.pem").trim().replaceAll(/^/gm, "    ");
    const files = {
      "pets.json": documentOf(["certificates"]),
      "certificates.yaml": withHere("certificates", "orders.internal.example.com", "alice.pets.test").replace(authorities, `${here}\n`),
      ...{ "tls.crt": pem("localhost.pem"), "tls.key": pem("localhost.key") },
    };
    const options = ["--mock", "--resources", "certificates.yaml", "--tls-certificate", "tls.crt", "--tls-key", "tls.key"];
    const { port } = await servePortico(t, files, ...options);
    assert.deepEqual(
      [await statusWithCertificate(port, "/certificates", "alice"), await statusWithCertificate(port, "/certificates", "bob")],
      [200, 401],
    );
  });
});
