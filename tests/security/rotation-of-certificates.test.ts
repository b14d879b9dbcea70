import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { request } from "node:https";
import { describe, it } from "node:test";
import { connect } from "node:tls";
import { aSecondMs } from "../../testing/a-second.ts";
import { servePortico } from "../../testing/portico.ts";
import { httpsLoad } from "../../testing/steady-load.ts";
import { until } from "../../testing/until.ts";
import { guarded, secret, security } from "./protected-gateway.ts";

const pem = (name: string): string => readFileSync(new URL(`../fixtures/certificates/${name}`, import.meta.url), "utf8");
const certificateOf = (name: string) => ({ cert: pem(`${name}.pem`), key: pem(`${name}.key`) });

const document = JSON.stringify({
  openapi: "3.1.0",
  info: { title: "Pets", version: "1.0.0" },
  paths: { "/any": guarded({ any: [] }) },
});

/** The Security of certificates, and the authorities that it believes. */
const believing = (...authorities: readonly string[]): string =>
  [security("any", { type: "mtls", mtls: { trust: { name: "clients" } } }), secret("clients", { "ca.crt": authorities.map(pem).join("") })]
    .map((one) => JSON.stringify(one))
    .join("\n---\n");

/** The status for a client, on a new connection; `refused` where that ends before there is one. */
const statusFor = (port: number, client: string): Promise<number | "refused"> =>
  new Promise((resolve) => {
    const options = { host: "127.0.0.1", port, path: "/any", agent: false, rejectUnauthorized: false, ...certificateOf(client) };
    const asked = request(options, (answer) => answer.resume().on("end", () => resolve(answer.statusCode ?? 0)));
    asked.once("error", () => resolve("refused")).end();
  });

/** The name in the certificate that the gateway shows on a new connection. */
async function shownName(port: number): Promise<string> {
  const socket = connect({ host: "127.0.0.1", port, rejectUnauthorized: false, ...certificateOf("alice") });
  await once(socket, "secureConnect");
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return String(subject.CN);
}

describe("certificates and their authorities are changed while requests come", { timeout: 180_000 }, () => {
  it("20 times, each seen in effect, over 20,000 requests: none is refused", async (t) => {
    const files = {
      ...{ "pets.json": document, "any.yaml": believing("clients.pem") },
      ...{ "tls.crt": pem("localhost.pem"), "tls.key": pem("localhost.key") },
    };
    const options = ["--mock", "--watch", "--resources", "any.yaml", "--tls-certificate", "tls.crt", "--tls-key", "tls.key"];
    const { port, write } = await servePortico(t, files, ...options);
    const load = httpsLoad(t, port, "/any", 4, certificateOf("alice"));
    let slowest = 0;
    const seen = async (what: string, change: () => Promise<void>, isInEffect: () => Promise<boolean>): Promise<void> => {
      await change();
      const began = performance.now();
      await until(what, isInEffect);
      const took = performance.now() - began;
      assert.ok(took < aSecondMs(), `${what}: ${took} ms`);
      slowest = Math.max(slowest, took);
    };
    const serveAs = (name: string) => async (): Promise<void> => {
      await write("tls.key", pem(`${name}.key`));
      await write("tls.crt", pem(`${name}.pem`));
    };
    const shows = (name: string) => async (): Promise<boolean> => (await shownName(port)) === name;
    const answersMallory = (answer: number | "refused") => async (): Promise<boolean> => (await statusFor(port, "mallory")) === answer;
    for (let round = 0; round < 5; round++) {
      const believe =
        (...names: readonly string[]) =>
        () =>
          write("any.yaml", believing(...names));
      await seen("a second authority", believe("clients.pem", "strangers.pem"), answersMallory(200));
      await seen("another certificate", serveAs("other"), shows("other.test"));
      await seen("the second authority gone", believe("clients.pem"), answersMallory("refused"));
      await seen("the first certificate again", serveAs("localhost"), shows("localhost"));
    }
    await until("20,000 requests", () => load.seen.requests > 20_000, 120_000);
    await load.stop();
    assert.deepEqual(load.seen.failures, []);
    assert.equal(load.seen.closed, 0);
    assert.ok(load.seen.opened > 1_000, "connections were opened all the while");
    t.diagnostic(`the slowest of 20 changes was seen after ${Math.round(slowest)} ms; ${load.seen.requests} requests`);
  });
});
