import assert from "node:assert/strict";
import { request } from "node:http";
import { before, describe, it } from "node:test";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { startBackend } from "../../testing/backend.ts";
import { suiteScope } from "../../testing/scope.ts";
import { guarded, protectedGateway } from "../security/protected-gateway.ts";

const large = JSON.stringify({ pets: Array.from({ length: 100 }, (_, id) => ({ id, name: "rex" })) });

describe("an answer", () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof protectedGateway>>;
  before(async () => {
    const backend = await startBackend(scope, ({ path }, response) => {
      const types: Readonly<Record<string, string>> = { "/image": "image/png", "/stream": "text/event-stream" };
      const body = path === "/small" ? "{}" : large;
      const headers = { "content-type": types[path] ?? "application/json", "content-length": body.length, etag: '"one"' };
      response.writeHead(path === "/part" ? 206 : 200, headers).end(body);
    });
    const compressed = { ...guarded(), "x-portico": { compression: true } };
    gateway = await protectedGateway(
      scope,
      {
        "x-portico": { backend: { url: backend.url } },
        paths: {
          ...Object.fromEntries(["/pets", "/small", "/image", "/part", "/stream"].map((path) => [path, compressed])),
          "/plain": guarded(),
        },
      },
      [],
    );
  });
  const ask = (path: string, accepted: string) =>
    new Promise<{
      readonly encoding: string | undefined;
      readonly vary: string | undefined;
      readonly etag: string | undefined;
      readonly body: Buffer;
    }>((resolve, reject) => {
      request({ host: "127.0.0.1", port: gateway.port, path, headers: { "accept-encoding": accepted }, agent: false }, (answer) => {
        const parts: Buffer[] = [];
        answer.on("data", (part: Buffer) => parts.push(part));
        answer.on("end", () => {
          const { "content-encoding": encoding, vary, etag } = answer.headers;
          resolve({ encoding, vary, etag, body: Buffer.concat(parts) });
        });
      })
        .on("error", reject)
        .end();
    });

  it("is compressed as the client takes it, and says so", async () => {
    const gzip = await ask("/pets", "gzip");
    assert.deepEqual([gzip.encoding, gunzipSync(gzip.body).toString()], ["gzip", large]);
    assert.match(String(gzip.vary), /accept-encoding/i);
    assert.equal(gzip.etag, 'W/"one"');
    const brotli = await ask("/pets", "gzip, br");
    assert.deepEqual([brotli.encoding, brotliDecompressSync(brotli.body).toString()], ["br", large]);
    assert.ok(gzip.body.length < large.length / 4 && brotli.body.length < large.length / 4);
  });

  it("is as it was for who takes none, and where nothing is said", async () => {
    for (const [path, accepted] of [
      ["/pets", "identity"],
      ["/pets", "gzip;q=0"],
      ["/plain", "gzip"],
    ] as const) {
      const { encoding, body } = await ask(path, accepted);
      assert.deepEqual([encoding, body.toString()], [undefined, large], `${path} ${accepted}`);
    }
  });

  it("is left alone where compression gains nothing, or would break it", async () => {
    for (const path of ["/small", "/image", "/part", "/stream"]) assert.equal((await ask(path, "gzip, br")).encoding, undefined, path);
  });
});
