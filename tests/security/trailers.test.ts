import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type IncomingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import { text } from "node:stream/consumers";
import { before, describe, it } from "node:test";
import { freePort } from "../../testing/free-port.ts";
import { suiteScope } from "../../testing/scope.ts";
import { tokenIssuer } from "../../testing/token-issuer.ts";
import { targetEndpoint } from "../backends/served.ts";
import { protectedGateway, tokenSecurity } from "./protected-gateway.ts";

const issuer = tokenIssuer();

/** What a backend would believe, were it in the headers: who calls, another credential, and words that are the gateway's own. */
const said = {
  "x-user": "admin",
  "x-anything": "else",
  authorization: "Bearer of-somebody-else",
  "portico-over-limit": "true",
  "x-forwarded-for": "10.0.0.1",
  "x-envoy-internal": "true",
};

describe("what a client says behind a body", { timeout: 60_000 }, () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof protectedGateway>>;
  const received: { user: unknown; body: string; trailers: IncomingHttpHeaders }[] = [];
  before(async () => {
    const server = createServer().on("stream", async (stream: ServerHttp2Stream, headers) => {
      let trailers: IncomingHttpHeaders = {};
      stream.on("trailers", (found) => (trailers = found));
      const body = await text(stream);
      received.push({ user: headers["x-user"], body, trailers });
      stream.respond({ ":status": 200, "content-type": headers["content-type"] }, { endStream: true });
    });
    const port = await freePort();
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    scope.after(async () => void server.close());
    const sentTo = (backend: string) => ({ post: { security: [{ user: [] }], responses: {}, "x-portico": { backend } } });
    gateway = await protectedGateway(scope, { paths: { "/h2c": sentTo("h2c"), "/grpc": sentTo("grpc") } }, [
      tokenSecurity("user", {
        issuers: [{ issuer: issuer.issuer, jwks: { inline: issuer.jwks } }],
        claimsToHeaders: [{ claim: "sub", header: "x-user" }],
      }),
      ...["h2c", "grpc"].map((protocol) => targetEndpoint(protocol, { url: `http://127.0.0.1:${port}`, protocol })),
    ]);
  });

  for (const [path, type] of [
    ["/h2c", "text/plain"],
    ["/grpc", "application/grpc"],
  ] as const)
    it(`reaches no backend: ${type}`, async (t) => {
      const session = connect(`http://127.0.0.1:${gateway.port}`);
      t.after(() => session.destroy());
      const authorization = `Bearer ${issuer.token({ claims: { sub: "alice" } })}`;
      const fields = { ":method": "POST", ":path": path, authorization, "content-type": type };
      const stream = session.request(fields, { waitForTrailers: true });
      stream.on("wantTrailers", () => stream.sendTrailers(said));
      stream.end("a body");
      const [headers]: IncomingHttpHeaders[] = await once(stream, "response");
      assert.equal(headers?.[":status"], 200);
      assert.deepEqual(received.at(-1), { user: "alice", body: "a body", trailers: {} });
    });
});
