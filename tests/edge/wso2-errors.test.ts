import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { freePort } from "../../testing/free-port.ts";
import { replaceFile, runPortico, servePortico, temporaryFolder } from "../../testing/portico.ts";
import { send } from "../../testing/raw-request.ts";
import { tokenIssuer } from "../../testing/token-issuer.ts";

const issuer = tokenIssuer();
const info = { title: "Pets", version: "1.0.0" };
const operation = (...security: readonly object[]) => ({ get: { security, responses: {} } });

describe("errors in WSO2's form", { timeout: 60_000 }, () => {
  it("have its codes, and the status that they have in any form", async (t) => {
    const document = {
      ...{ openapi: "3.1.0", info, servers: [{ url: `http://127.0.0.1:${await freePort()}` }] },
      "x-portico": { errors: "wso2" },
      components: { securitySchemes: { none: { type: "http", scheme: "bearer" } } },
      paths: { "/open": operation(), "/token": operation({ user: ["read"] }), "/none": operation({ none: [] }) },
    };
    const jwt = { issuers: [{ issuer: issuer.issuer, jwks: { inline: issuer.jwks } }] };
    const security = {
      ...{ apiVersion: "portico.dev/v1alpha1", kind: "Security", metadata: { name: "user" } },
      spec: { type: "jwt", jwt, blockedClients: ["mallory"] },
    };
    const files = { "pets.json": JSON.stringify(document), "user.json": JSON.stringify(security) };
    const { port } = await servePortico(t, files, "--resources", "user.json");
    const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
    const rows: readonly (readonly [target: string, headers: Readonly<Record<string, string>>, status: number, code: number])[] = [
      ["GET /token", {}, 401, 900902],
      ["GET /token", bearer("of-nobody"), 401, 900901],
      ["GET /token", bearer(issuer.token({ claims: { exp: 1 } })), 401, 900905],
      ["GET /token", bearer(issuer.token()), 403, 900910],
      ["GET /token", bearer(issuer.token({ claims: { scope: "read", azp: "mallory" } })), 403, 900805],
      ["GET /none", {}, 401, 900900],
      ["GET /open", {}, 502, 101503],
      ["GET /nothing", {}, 404, 404],
      ["POST /open", {}, 405, 405],
      ["GET /a%2fb", {}, 400, 400],
    ];
    for (const [target, headers, status, code] of rows) {
      const answer = await send(port, { send: target, headers });
      assert.deepEqual([answer.status, answer.headers["content-type"]], [status, "application/json"], target);
      const { fault, ...more } = JSON.parse(answer.body);
      assert.deepEqual([fault.code, typeof fault.message, typeof fault.description, more], [code, "string", "string", {}], target);
    }
  });

  it("are those of the whole gateway: two documents say the same", async (t) => {
    const folder = await temporaryFolder(t);
    const document = (basePath: string, errors: string) =>
      JSON.stringify({
        openapi: "3.1.0",
        info: { ...info, title: basePath },
        "x-portico": { basePath, errors },
        paths: { "/a": operation() },
      });
    await replaceFile(`${folder}/one.json`, document("/one", "wso2"));
    await replaceFile(`${folder}/other.json`, document("/other", "problem"));
    const { exit, stdout } = await runPortico(t, ["check", "one.json", "other.json", "--mock"], folder);
    assert.equal(exit, 1);
    assert.match(stdout, /other\.json:\S+ error WrongValue: The documents of one gateway say different forms of errors/);
  });
});
