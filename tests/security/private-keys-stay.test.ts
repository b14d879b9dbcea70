import assert from "node:assert/strict";
import { readdir, writeFile } from "node:fs/promises";
import { createServer } from "node:https";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { formsOf } from "../../testing/canary.ts";
import { pem, statusWithCertificate } from "../../testing/client-certificates.ts";
import { freePort } from "../../testing/free-port.ts";
import { configurationOf, processesOf, textsIn } from "../../testing/looked-through.ts";
import { runPortico, type Served, servePortico, temporaryFolder } from "../../testing/portico.ts";
import { type Scope, suiteScope } from "../../testing/scope.ts";
import { targetEndpoint } from "../backends/served.ts";
import { secret } from "./protected-gateway.ts";

/** What stands in the middle of a private key: the first line is alike in all of a kind. */
const middleOf = (name: string): string => pem(`${name}.key`).split("\n")[2] ?? "";

/** The gateway's own, and the one that it shows to its backend. */
const canaries = { listener: middleOf("localhost"), shown: middleOf("alice") };

const document = (url: string): string =>
  JSON.stringify({
    openapi: "3.1.0",
    info: { title: "Pets", version: "1.0.0" },
    servers: [{ url }],
    paths: { "/pets": { get: { "x-portico": { backend: "partner" }, responses: {} } } },
  });

/** A backend that is shown alice's key, with somebody's certificate. */
const resources = (url: string, certificate: string): string =>
  [
    targetEndpoint("partner", { url, tls: { trust: { secret: { name: "authority" } }, clientCertificate: { name: "shown" } } }),
    secret("authority", { "ca.crt": pem("authority.pem") }),
    secret("shown", { "tls.crt": pem(`${certificate}.pem`), "tls.key": pem("alice.key") }),
  ]
    .map((one) => JSON.stringify(one))
    .join("\n---\n");

const assertNone = (where: string, text: string): void => {
  for (const [name, canary] of Object.entries(canaries)) assert.deepEqual(formsOf(canary, Buffer.from(text)), [], `${name} in ${where}`);
};

describe("private keys stay where they belong", { timeout: 60_000 }, () => {
  const scope: Scope = suiteScope();
  let gateway: Served;
  let url = "";
  before(async () => {
    const tls = { cert: pem("localhost.pem"), key: pem("localhost.key"), ca: pem("clients.pem"), requestCert: true };
    const port = await freePort();
    const backend = createServer(tls, (_, response) => response.end());
    await new Promise<void>((resolve) => backend.listen(port, "127.0.0.1", resolve));
    scope.after(async () => {
      backend.close();
      backend.closeAllConnections();
    });
    url = `https://localhost:${port}`;
    const folder = await temporaryFolder(scope);
    for (const name of ["localhost.pem", "localhost.key"]) await writeFile(join(folder, name), pem(name));
    const files = { "pets.json": document(url), "resources.yaml": resources(url, "alice") };
    const own = ["--tls-certificate", join(folder, "localhost.pem"), "--tls-key", join(folder, "localhost.key")];
    gateway = await servePortico(scope, files, "--resources", "resources.yaml", ...own);
  });

  it("both are used, and the search finds the one that is mounted", async () => {
    assert.equal(await statusWithCertificate(gateway.port, "/pets", "bob"), 200);
    const [run = ""] = await readdir(gateway.runs);
    assert.notDeepEqual(formsOf(canaries.shown, Buffer.from(await textsIn(join(gateway.runs, run)))), []);
  });

  it("they are in no log, command line or environment, and not in what Envoy says of its configuration", async () => {
    assertNone("the access log", gateway.stdout.join("\n"));
    assertNone("what the program says", gateway.stderr.join("\n"));
    assertNone("processes", (await processesOf(gateway.pid)).text);
    const dump = await configurationOf(gateway);
    assert.match(dump, /private_key/);
    assertNone("the configuration that Envoy says", dump);
  });

  it("they are in no image, in nothing that a command prints, and in no error about them", async () => {
    const out = join(await temporaryFolder(scope), "out");
    const build = ["build", "pets.json", "--resources", "resources.yaml", "--out", out];
    const built = await runPortico(scope, build, gateway.folder);
    assert.equal(built.exit, 0, built.stderr);
    assertNone("what build prints", built.stdout + built.stderr);
    assertNone("the image", await textsIn(join(out, "image")));
    assert.notDeepEqual(formsOf(canaries.shown, Buffer.from(await textsIn(join(out, "mounted")))), []);
    await gateway.write("resources.yaml", resources(url, "bob"));
    const refused = await runPortico(scope, build, gateway.folder);
    assert.match(refused.stdout + refused.stderr, /shown/);
    assertNone("an error", refused.stdout + refused.stderr);
  });
});
