import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Redacted } from "../../redacted.ts";
import type { Http, HttpRequest, HttpResponse } from "./http.ts";
import { followed } from "./redirects.ts";

/** Answers each URL with where it leads, or with 200, and keeps what it was asked. */
function leading(
  to: Readonly<Record<string, string>>,
): Http & { readonly asked: readonly (readonly [url: string, authorization: string])[] } {
  const asked: (readonly [string, string])[] = [];
  const send = ({ url, headers }: HttpRequest): Promise<HttpResponse> => {
    asked.push([url.href, headers.authorization ?? "none"]);
    const location = to[url.href];
    const body = (async function* () {})();
    return Promise.resolve({
      status: location === undefined ? 200 : 307,
      url,
      headers: location === undefined ? {} : { location },
      body,
      discard: () => {},
    });
  };
  return { asked, send, close: () => {} };
}

const authorization = { header: new Redacted("Basic secret") };
const ask = (http: Http, method: HttpRequest["method"] = "GET"): Promise<HttpResponse> =>
  followed(http, { method, url: new URL("https://r.test/v2/"), headers: {} }, "https://r.test", authorization);

describe("a redirect", () => {
  it("is followed with the credential at its own origin alone, and with it again where it leads back", async () => {
    const http = leading({ "https://r.test/v2/": "https://storage.test/x", "https://storage.test/x": "https://r.test/y" });
    assert.equal((await ask(http)).status, 200);
    assert.deepEqual(http.asked, [
      ["https://r.test/v2/", "Basic secret"],
      ["https://storage.test/x", "none"],
      ["https://r.test/y", "Basic secret"],
    ]);
  });

  it("from TLS to none is not followed, nor is one without end, nor one of what was written", async () => {
    const plain = leading({ "https://r.test/v2/": "http://r.test/v2/" });
    await assert.rejects(ask(plain), /a redirect to http:\/\/r\.test is not followed/);
    assert.equal(plain.asked.length, 1);
    await assert.rejects(ask(leading({ "https://r.test/v2/": "https://r.test/v2/" })), /too many redirects/);
    assert.equal((await ask(leading({ "https://r.test/v2/": "https://other.test/" }), "PUT")).status, 307);
  });
});
