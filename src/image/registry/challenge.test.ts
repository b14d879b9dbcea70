import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseChallenge } from "./challenge.ts";

describe("a registry's challenge", () => {
  const bearer = { scheme: "bearer", realm: "https://auth.example/token", service: "registry.example", scope: "repository:a/b:pull,push" };
  for (const [field, expected] of [
    ['Bearer realm="https://auth.example/token",service="registry.example",scope="repository:a/b:pull,push"', bearer],
    ['bearer realm="https://auth.example/token", service=registry.example, scope="repository:a/b:pull,push"', bearer],
    ['Basic realm="Registry, with \\"quotes\\""', { scheme: "basic" }],
    [
      'Basic realm="x", Bearer realm="https://a.example/t"',
      { scheme: "bearer", realm: "https://a.example/t", service: undefined, scope: undefined },
    ],
    ["Negotiate", undefined],
    ['Bearer service="x"', undefined],
    ["", undefined],
  ] as const) {
    it(JSON.stringify(field), () => assert.deepEqual(parseChallenge(field), expected));
  }
});
