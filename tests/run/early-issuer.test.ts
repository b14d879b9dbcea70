import assert from "node:assert/strict";
import { createServer } from "node:http";
import { it } from "node:test";
import { freePort } from "../../testing/free-port.ts";
import { servePortico } from "../../testing/portico.ts";
import { send } from "../../testing/raw-request.ts";
import { until } from "../../testing/until.ts";

const keys = { keys: [{ kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }] };

it("an issuer that recovers while another one is still waited for is asked for its keys", { timeout: 60_000 }, async (t) => {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  let asked = 0;
  const server = createServer(({ url = "" }, response) => {
    if (url.startsWith("/silent")) return;
    if (url === "/keys") return void response.end(JSON.stringify(keys));
    asked++;
    response.writeHead(asked === 1 ? 500 : 200).end(JSON.stringify({ issuer: `${origin}/one`, jwks_uri: `${origin}/keys` }));
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const issuers = ["one", "silent"].map((name) => ({ issuer: `${origin}/${name}` }));
  const files = {
    "pets.json": JSON.stringify({
      openapi: "3.1.0",
      info: { title: "Pets", version: "1" },
      paths: { "/pets": { get: { security: [{ user: [] }], responses: {} } } },
    }),
    "user.json": JSON.stringify({
      apiVersion: "portico.dev/v1alpha1",
      kind: "Security",
      metadata: { name: "user" },
      spec: { type: "jwt", jwt: { issuers } },
    }),
  };
  const portico = await servePortico(t, files, "--mock", "--resources", "user.json");
  assert.match(portico.stderr.join("\n"), /The keys of the issuer `http:\S+\/silent` are not found/);
  const token = [{ alg: "EdDSA" }, { iss: `${origin}/one`, exp: 4e9 }, "signature"]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  const status = async (): Promise<number> =>
    (await send(portico.port, { send: "GET /pets", headers: { authorization: `Bearer ${token}` } })).status;
  await until("its keys are found", async () => (await status()) === 401, 20_000);
});
