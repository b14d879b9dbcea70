import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseServerUrl, type ServerUrl } from "./server-url.ts";

describe("a server's URL", () => {
  const target = (tls: boolean, host: string, port: number) => ({ tls, host, port });
  const cases: readonly [string, ServerUrl["target"], string][] = [
    ["https://pets.example/v1", target(true, "pets.example", 443), "/v1"],
    ["http://pets.example:8080//v1//", target(false, "pets.example", 8080), "/v1"],
    ["http://[::1]:3000", target(false, "::1", 3000), ""],
    ["HTTPS://Pets.Example", target(true, "pets.example", 443), ""],
    ["/v1", "relative", "/v1"],
    ["v1/", "relative", "/v1"],
    ["//pets.example/v1", "relative", "/v1"],
    ["https://{tenant}.example/v1", "malformed", "/v1"],
    ["https://a{tenant}.example/v1", "malformed", "/v1"],
    ["/a/../b", "relative", "/b"],
    ["https://pets.example/{version}", "malformed", ""],
    ["https://user:secret@pets.example/v1", "password", "/v1"],
    ["ftp://pets.example/v1", "relative", "/v1"],
    ["https://", "malformed", ""],
    ["", "relative", ""],
    ["https://.example/v1", "malformed", "/v1"],
    ["https:/pets.example/v1", "malformed", "/v1"],
    ["https://pets.example:99999/v1", "malformed", ""],
    ["https://pets.example:0/v1", "malformed", "/v1"],
  ];
  for (const [url, expected, path] of cases) {
    it(`${JSON.stringify(url)} has the path ${JSON.stringify(path)} and ${typeof expected === "string" ? `is ${expected}` : "can be asked"}`, () => {
      assert.deepEqual(parseServerUrl(url), { target: expected, path, hasQuery: false });
    });
  }

  it("a query or a fragment is no part of a server's URL", () => {
    for (const url of ["https://pets.example/v1?a=b", "/v1#top"]) assert.ok(parseServerUrl(url).hasQuery, url);
  });

  it("a base path is encoded as a request has it", () => {
    assert.equal(parseServerUrl("/caf\u00e9/a b/").path, "/caf%C3%A9/a%20b");
  });
});
