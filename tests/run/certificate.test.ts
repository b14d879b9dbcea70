import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdir, readFile, rename, symlink, writeFile } from "node:fs/promises";
import { connect as connectHttp2 } from "node:http2";
import { request } from "node:https";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, it, type TestContext } from "node:test";
import { connect } from "node:tls";
import { fileURLToPath } from "node:url";
import { replaceFile, servePortico, temporaryFolder } from "../../testing/portico.ts";
import { until } from "../../testing/until.ts";

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/certificates/${name}`, import.meta.url));
const read = (name: string): Promise<string> => readFile(fixture(name), "utf8");

const document = '{"openapi":"3.1.0","info":{"title":"Pets","version":"1"},"paths":{"/pets":{"get":{"operationId":"list"}}}}';

/** Renames a fixture into a file's place. */
const replaceWith = async (file: string, name: string): Promise<void> => replaceFile(file, await read(name));

/** A folder with the certificate of localhost in it, and a gateway that serves with it. */
async function serveTls(t: TestContext) {
  const folder = await temporaryFolder(t);
  const files = { certificate: join(folder, "tls.crt"), key: join(folder, "tls.key") };
  await replaceFile(files.certificate, await read("localhost.pem"));
  await replaceFile(files.key, await read("localhost.key"));
  const options = ["--mock", "--tls-certificate", files.certificate, "--tls-key", files.key];
  return { ...(await servePortico(t, { "pets.yaml": document }, ...options)), files };
}

const trusted = { host: "127.0.0.1", servername: "localhost" };

/** The name in the certificate that a port shows. */
async function shownName(port: number): Promise<string> {
  const socket = connect({ ...trusted, port, rejectUnauthorized: false });
  await once(socket, "secureConnect");
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return String(subject.CN);
}

describe("HTTPS", { concurrency: 2, timeout: 60_000 }, () => {
  it("serves HTTP/1.1 with the certificate", async (t) => {
    const { port } = await serveTls(t);
    const asked = request({ ...trusted, ca: await read("authority.pem"), port, path: "/pets", agent: false }).end();
    const [answer] = await once(asked, "response");
    assert.deepEqual([answer.statusCode, answer.httpVersion], [200, "1.1"]);
    assert.equal(answer.headers["portico-operation"], "list");
  });

  it("serves HTTP/2 to whoever offers it in the handshake (ALPN)", async (t) => {
    const { port } = await serveTls(t);
    const session = connectHttp2(`https://localhost:${port}`, { ...trusted, ca: await read("authority.pem"), port });
    t.after(() => session.close());
    const stream = session.request({ ":path": "/pets" });
    const [headers] = await once(stream, "response");
    assert.equal(headers[":status"], 200);
    assert.equal(session.alpnProtocol, "h2");
    await text(stream);
  });

  it("takes no TLS 1.1, and answers nothing to HTTP without TLS", async (t) => {
    const { port } = await serveTls(t);
    const old = connect({
      ...trusted,
      port,
      rejectUnauthorized: false,
      minVersion: "TLSv1.1",
      maxVersion: "TLSv1.1",
      ciphers: "DEFAULT@SECLEVEL=0",
    });
    await assert.rejects(once(old, "secureConnect"), /alert protocol version|unsupported protocol|no protocols available/);
    await assert.rejects(fetch(`http://127.0.0.1:${port}/pets`));
  });

  it("a renewed certificate, renamed into place, is served without a restart, and no connection is lost", async (t) => {
    const { port, files, stderr } = await serveTls(t);
    const session = connectHttp2(`https://localhost:${port}`, { ...trusted, ca: await read("authority.pem"), port });
    t.after(() => session.close());
    await once(session, "connect");
    assert.equal(await shownName(port), "localhost");
    await replaceFile(files.key, await read("other.key"));
    assert.equal(await shownName(port), "localhost", "a key without its certificate changes nothing");
    await replaceFile(files.certificate, await read("other.pem"));
    await until("the new certificate is shown", async () => (await shownName(port)) === "other.test");
    const [headers] = await once(session.request({ ":path": "/pets" }), "response");
    assert.equal(headers[":status"], 200);
    assert.match(stderr.join("\n"), /Try it:\n {2}curl -k -i 'https:/);
  });

  it("so is one in a volume that swaps its folder by a link, as Kubernetes does", async (t) => {
    const volume = await temporaryFolder(t);
    const put = async (name: string) => {
      await mkdir(join(volume, name));
      for (const kind of ["pem", "key"]) await writeFile(join(volume, name, `tls.${kind}`), await read(`${name}.${kind}`));
      await symlink(name, join(volume, "..data_tmp"));
      await rename(join(volume, "..data_tmp"), join(volume, "..data"));
    };
    await put("localhost");
    for (const kind of ["pem", "key"]) await symlink(`..data/tls.${kind}`, join(volume, `tls.${kind}`));
    const options = ["--tls-certificate", join(volume, "tls.pem"), "--tls-key", join(volume, "tls.key")];
    const { port } = await servePortico(t, { "pets.yaml": document }, "--mock", ...options);
    assert.equal(await shownName(port), "localhost");
    await put("other");
    await until("the new certificate is shown", async () => (await shownName(port)) === "other.test");
  });

  it("so is a pair whose files lie in two folders, whichever of them is replaced last", async (t) => {
    const folder = await temporaryFolder(t);
    const files = { certificate: join(folder, "certificates/tls.pem"), key: join(folder, "private/tls.key") };
    for (const file of Object.values(files)) await mkdir(dirname(file));
    const put = {
      certificate: (name: string) => replaceWith(files.certificate, `${name}.pem`),
      key: (name: string) => replaceWith(files.key, `${name}.key`),
    };
    await put.certificate("localhost");
    await put.key("localhost");
    const options = ["--tls-certificate", files.certificate, "--tls-key", files.key];
    const { port } = await servePortico(t, { "pets.yaml": document }, "--mock", ...options);
    await put.certificate("other");
    await put.key("other");
    await until("the second certificate is shown", async () => (await shownName(port)) === "other.test");
    await put.key("localhost");
    await put.certificate("localhost");
    await until("the first certificate is shown again", async () => (await shownName(port)) === "localhost");
  });
});
