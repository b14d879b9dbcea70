import { after, it } from "node:test";
import { startBackend } from "../../testing/backend.ts";
import { freePort } from "../../testing/envoy.ts";
import { servePortico } from "../../testing/portico.ts";
import { startRawBackend } from "../../testing/raw-backend.ts";
import { send } from "../../testing/raw-request.ts";
import { sendBytes } from "../../testing/raw-socket.ts";
it("explore", async (t) => {
  const echo = await startBackend(t);
  const own = await startBackend(t, ({ path }, response) => response.writeHead(Number(path.split("/").pop()), { "x-own": "1" }).end("own"));
  const reset = await startRawBackend(t, (s) => s.resetAndDestroy());
  const close = await startRawBackend(t, (s) => s.destroy());
  const cut = await startRawBackend(t, (s) => s.write("HTTP/1.1 200 OK\r\nX-a: ", () => setTimeout(() => s.resetAndDestroy(), 20)));
  const garbage = await startRawBackend(t, (s) => s.write("SSH-2.0 hello\r\n\r\n"));
  const bodycut = await startRawBackend(t, (s) => s.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", () => setTimeout(() => s.resetAndDestroy(), 20)));
  const bighead = await startRawBackend(t, (s) => s.write(`HTTP/1.1 200 OK\r\nX-a: ${"a".repeat(90000)}\r\nContent-Length: 0\r\n\r\n`));
  const silent = await startRawBackend(t, () => {});
  const none = await freePort();
  const op = (name: string, port: number, extra = "") => `  /${name}: { get: { operationId: ${name}, x-portico: { backend: { url: "http://127.0.0.1:${port}" }${extra} } }, post: { operationId: post-${name}, x-portico: { backend: { url: "http://127.0.0.1:${port}" }${extra} } } }\n`;
  const doc = `openapi: 3.1.0
info: { title: Edge, version: 1.0.0 }
components: { securitySchemes: { key: { type: apiKey, in: header, name: x-api-key } } }
paths:
  /own/{status}: { get: { operationId: own, x-portico: { backend: { url: "http://127.0.0.1:${own.port}" } } } }
  /secret: { get: { operationId: secret, security: [{ key: [] }], x-portico: { mock: true } } }
  /mock: { get: { operationId: mock, x-portico: { mock: true }, responses: { "200": { description: ok, content: { application/json: { example: { a: 1 } } } } } } }
${op("echo", echo.port)}${op("reset", reset)}${op("close", close)}${op("cut", cut)}${op("garbage", garbage)}${op("bodycut", bodycut)}${op("bighead", bighead)}${op("slow", silent, ", timeout: 300ms")}${op("none", none)}${op("nodns", none).replaceAll("127.0.0.1", "nohost.invalid")}`;
  const g = await servePortico(t, { "edge.yaml": doc });
  const show = async (what: string, p: Promise<unknown>) => {
    const before = g.stdout.length;
    const a = await p.catch((e) => String(e));
    const end = Date.now() + 3000;
    while (g.stdout.length === before && Date.now() < end) await new Promise((r) => setTimeout(r, 20));
    console.log("==", what, "\n", typeof a === "string" ? a.slice(0, 900) : JSON.stringify(a));
    for (const l of g.stdout.slice(before)) { const j = JSON.parse(l); console.log("   LOG", j.status, j.details, j.flags, j.operation, j.client, j.path); }
  };
  for (const s of ["GET /nothing", "PUT /echo", "GET /secret", "GET /own/404", "GET /own/502", "GET /own/503", "GET /a%2Fb", "GET /a\\b", "GET /a%5cb", "GET /reset", "GET /close", "GET /cut", "GET /garbage", "GET /bodycut", "GET /bighead", "GET /slow", "GET /none", "GET /nodns", "GET /mock", "GET /%00", "GET /%zz", "HEAD /nothing"]) await show(s, send(g.port, { send: s }));
  await show("underscore", send(g.port, { send: "GET /echo", headers: { a_b: "1" } }));
  await show("many headers", send(g.port, { send: "GET /echo", headers: Object.fromEntries(Array.from({ length: 120 }, (_, i) => [`x-${i}`, "1"])) }));
  await show("large headers", send(g.port, { send: "GET /echo", headers: { "x-a": "a".repeat(62 * 1024) } }));
  await show("upgrade", send(g.port, { send: "GET /echo", headers: { connection: "upgrade", upgrade: "websocket", "sec-websocket-key": "a", "sec-websocket-version": "13" } }));
  await show("upgrade mock", send(g.port, { send: "GET /mock", headers: { connection: "upgrade", upgrade: "websocket", "sec-websocket-key": "a", "sec-websocket-version": "13" } }));
  for (const [what, bytes] of Object.entries({
    http10: "GET /echo HTTP/1.0\r\nHost: a\r\n\r\n", http09: "GET /echo\r\n\r\n", nohost: "GET /echo HTTP/1.1\r\nConnection: close\r\n\r\n", badhost: "GET /echo HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n", badhost2: "GET /echo HTTP/1.1\r\nHost: a/b\r\nConnection: close\r\n\r\n",badhost3: "GET /echo HTTP/1.1\r\nHost: user@a\r\nConnection: close\r\n\r\n",
    twohosts: "GET /echo HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n",
    garbage: "hello there\r\n\r\n", badmethod: "G@T /echo HTTP/1.1\r\nHost: a\r\n\r\n", unknownmethod: "FOO /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", noslash: "GET echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", absolute: "GET http://a/echo HTTP/1.1\r\nHost: b\r\nConnection: close\r\n\r\n", star: "OPTIONS * HTTP/1.1\r\nHost: b\r\nConnection: close\r\n\r\n", connect: "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n",
    cltwice: "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", clte: "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", te: "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: foo\r\n\r\n", badchunk: "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n", nul: "GET /echo HTTP/1.1\r\nHost: a\r\nx: a\0b\r\n\r\n", fold: "GET /echo HTTP/1.1\r\nHost: a\r\nx: a\r\n b\r\nConnection: close\r\n\r\n", rawpath: "GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n", utf8path: "GET /\xe4 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", fragment: "GET /echo#frag HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", longurl: `GET /echo?${"a".repeat(62*1024)} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
    dots: "GET /x/../echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", trace: "TRACE /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", halfheaders: "GET /echo HTTP/1.1\r\nHost: a\r\n", h2c: "GET /echo HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n",
  })) await show(what, sendBytes(g.port, Buffer.from(bytes, "latin1"), 12000));
  console.log(g.stderr.join("\n"));
});
