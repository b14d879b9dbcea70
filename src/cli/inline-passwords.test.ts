import assert from "node:assert/strict";
import { it } from "node:test";
import { inlinePasswords } from "./inline-passwords.ts";

it("passwords of endpoints and of URLs are found wherever they stand, each once", () => {
  const endpoint = { urls: ["https://pets.example.com/v1"], securityConfig: { type: "basic", username: "ann", password: "a" } };
  const document = {
    servers: [
      { url: "https://bob:b%40@store.example.com/x" },
      { url: "/v1" },
      { url: "https://{host}/" },
      { url: "https://bob:50%25%@store.example.com/y" },
    ],
    "x-wso2-production-endpoints": endpoint,
    paths: { "/pets": { "x-wso2-production-endpoints": endpoint, get: { servers: [{ url: "https://carol@dogs.example.com" }] } } },
  };
  const found = inlinePasswords(document).map(({ secret, username, password }) => [secret, username, password.reveal()]);
  assert.deepEqual(found, [
    ["store-example-com-credentials", "bob", "b@"],
    ["store-example-com-credentials", "bob", "50%25%"],
    ["pets-example-com-credentials", "ann", "a"],
  ]);
});
