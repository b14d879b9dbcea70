import assert from "node:assert/strict";
import { it } from "node:test";
import { resolveCase } from "../../testing/golden-case.ts";

const problems = (path: string, rewrite: object): readonly string[] => {
  const document = {
    openapi: "3.1.0",
    info: { title: "Pets", version: "1" },
    servers: [{ url: "http://pets.test" }],
    paths: { [path]: { get: { "x-portico": { rewrite } } } },
  };
  const settings = { mock: false, credentials: "refuse", debug: false, trustedHops: 0, requests: [] } as const;
  const found = resolveCase({ input: JSON.stringify(document), settings: { ...settings, requests: [] } });
  return found.problems.map(({ reason, message, where }) => `${where.pointer.split("/").slice(-2).join("/")} ${reason}: ${message}`);
};

it("a path that is rewritten has parameters of its own operation alone, no query, and no more beside a parameter than Envoy looks at", () => {
  assert.deepEqual(problems("/pets/{id}", { path: "/p/{id}" }), []);
  assert.deepEqual(problems("/pets/{id}", { path: "/p/{pet}" }), [
    "rewrite/path WrongValue: The operation's path has no parameter `{pet}`. Name one that it has.",
  ]);
  assert.match(problems("/pets", { path: "/p?a=1" }).join(), /has no query/);
  assert.match(problems("/pets", { path: "/p/{a" }).join(), /has a brace that is not closed/);
  assert.match(problems(`/${"x".repeat(60)}{id}`, { path: "/p/{id}" }).join(), /Too much stands beside `\{id\}`/);
});
