import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseServerUrl } from "./server-url.ts";

describe("a server's URL", () => {
  const target = (tls: boolean, host: string, port: number) => ({ tls, host, port });
  const cases: readonly [string, unknown, string][] = [
    ["https://pets.example/v1", target(true, "pets.example", 443), "/v1"],
    ["http://pets.example:8080//v1//", target(false, "pets.example", 8080), "/v1"],
    ["http://[::1]:3000", target(false, "::1", 3000), ""],
    ["HTTPS://Pets.Example", target(true, "pets.example", 443), ""],
    ["/v1", undefined, "/v1"],
    ["v1/", undefined, "/v1"],
    ["//pets.example/v1", undefined, "/v1"],
    ["https://{tenant}.example/v1", undefined, "/v1"],
    ["https://a{tenant}.example/v1", undefined, "/v1"],
    ["/a/../b", undefined, "/b"],
    ["https://pets.example/{version}", undefined, ""],
    ["https://user:secret@pets.example/v1", undefined, "/v1"],
    ["ftp://pets.example/v1", undefined, "/v1"],
    ["https://", undefined, ""],
    ["", undefined, ""],
  ];
  for (const [url, expected, path] of cases) {
    it(`${JSON.stringify(url)} has the path ${JSON.stringify(path)} and ${expected ? "can be asked" : "cannot be asked"}`, () => {
      assert.deepEqual(parseServerUrl(url), { target: expected, path });
    });
  }

  it("a base path is encoded as a request has it", () => {
    assert.equal(parseServerUrl("/caf\u00e9/a b/").path, "/caf%C3%A9/a%20b");
  });
});
