import assert from "node:assert/strict";
import { createServer } from "node:http";
import { createServer as createHttp2Server } from "node:http2";
import { createServer as createTlsServer } from "node:https";
import type { Server } from "node:net";
import { describe, it } from "node:test";
import { accessLine } from "../../testing/access-line.ts";
import { pem } from "../../testing/client-certificates.ts";
import { type Fall, fallenBackend } from "../../testing/fallen-backend.ts";
import { assertProblem } from "../../testing/problem-answer.ts";
import { until } from "../../testing/until.ts";
import { protectedGateway, secret } from "../security/protected-gateway.ts";
import { sentTo, targetEndpoint } from "./served.ts";

const plain = (): Server => createServer((_, response) => void response.end("well"));
const http2 = (): Server => createHttp2Server((_, response) => void response.end("well"));
const secure = (name: string, more: object = {}): Server =>
  createTlsServer({ cert: pem(`${name}.pem`), key: pem(`${name}.key`), ...more }, (_, response) => void response.end("well"));

/** What a backend does to connections, and what it is when it is well. */
interface Fault {
  readonly title: string;
  readonly fall: Fall;
  readonly well: Server;
  readonly spec?: object;
  readonly expected?: string;
  /** What Envoy says of it. */
  readonly why: RegExp;
}

const breaksOff: Fall = (socket) => socket.once("data", () => socket.resetAndDestroy());
const silent: Fall = (socket) => void socket.resume();
const says =
  (text: string): Fall =>
  (socket) =>
    socket.once("data", () => socket.write(text));

const soon = { connectTimeout: "300ms", timeout: "600ms" };
const withHttp2 = { protocol: "h2c" };

const faults: readonly Fault[] = [
  { title: "TLS where none was expected", why: /connection_termination/, fall: secure("localhost"), well: plain() },
  { title: "HTTP/2 where HTTP/1.1 was expected", why: /protocol_error/, fall: http2(), well: plain() },
  {
    title: "a header that breaks off",
    why: /^response_timeout$/,
    fall: says("HTTP/1.1 200 OK\r\nX-Begun: y"),
    well: plain(),
    expected: "504 backend-timeout",
  },
  {
    title: "a header that is too large",
    why: /protocol_error/,
    fall: says(`HTTP/1.1 200 OK\r\nX-Large: ${"x".repeat(100_000)}\r\n\r\n`),
    well: plain(),
  },
  { title: "HTTP/1.1 where HTTP/2 was expected", why: /protocol_error/, fall: plain(), well: http2(), spec: withHttp2 },
  { title: "connections of HTTP/2 that break off", why: /connection_termination/, fall: breaksOff, well: http2(), spec: withHttp2 },
];

const secureFaults: readonly Fault[] = [
  { title: "a certificate for another name", why: /SAN_matcher/, fall: secure("other") },
  { title: "a certificate of somebody who is not trusted", why: /unable_to_get_local_issuer/, fall: secure("alice") },
  { title: "a certificate whose time is over", why: /certificate_has_expired/, fall: secure("expired") },
  {
    title: "a TLS that is too old",
    why: /HANDSHAKE_FAILURE_ON_CLIENT_HELLO/,
    fall: secure("localhost", { maxVersion: "TLSv1.1", minVersion: "TLSv1", ciphers: "ALL:@SECLEVEL=0" }),
  },
  {
    title: "a wish for a certificate that nobody has",
    why: /ALERT_HANDSHAKE_FAILURE/,
    fall: secure("localhost", { requestCert: true, ca: pem("clients.pem") }),
  },
  { title: "no TLS where it was expected", why: /WRONG_VERSION_NUMBER/, fall: plain() },
  { title: "a handshake that breaks off", why: /remote_connection_failure/, fall: breaksOff },
  { title: "a handshake that never ends", why: /connection_timeout/, fall: silent },
].map((one) => ({ ...one, well: secure("localhost"), spec: { tls: { trust: { secret: { name: "trusted" } } } } }));

describe("a backend that is well again serves again, without another gateway", { timeout: 120_000 }, () => {
  for (const { title, fall, well, why, spec = {}, expected = "502 backend-unreachable" } of [...faults, ...secureFaults])
    it(`after ${title}`, async (t) => {
      const backend = await fallenBackend(t, fall, well);
      const url = "tls" in spec ? `https://localhost:${backend.port}` : `http://127.0.0.1:${backend.port}`;
      const gateway = await protectedGateway(t, { paths: { "/pets": sentTo("pets") } }, [
        targetEndpoint("pets", { url, ...soon, ...spec }),
        secret("trusted", { "ca.crt": `${pem("authority.pem")}${pem("expired.pem")}` }),
      ]);
      for (let asked = 0; asked < 6; asked++) {
        const began = performance.now();
        const id = assertProblem(await gateway.get("/pets"), expected);
        const took = performance.now() - began;
        assert.ok(took < 5000, `${took} ms`);
        if (asked === 0) assert.match((await accessLine({ stdout: gateway.envoy.accessLog }, id)).details ?? "", why);
      }
      const all = await Promise.all(Array.from({ length: 20 }, () => gateway.get("/pets")));
      assert.deepEqual([...new Set(all.map(({ status }) => status))], [Number(expected.split(" ")[0])]);
      assert.ok(backend.connections() > 0);
      backend.recover();
      // A connection that was begun before may be taken by the next request.
      await until("it is well", async () => (await gateway.get("/pets")).status === 200, 2000);
      for (let asked = 0; asked < 6; asked++) {
        const { status, body } = await gateway.get("/pets");
        assert.deepEqual([status, body], [200, "well"]);
      }
    });
});
