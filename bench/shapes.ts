import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A document of N operations, as text, and a request for the last of them. */
export interface Shape {
  readonly name: string;
  readonly document: (count: number) => string;
  readonly lastPath: (count: number) => string;
}

const generated = (name: string, template: (index: number) => string, path: (index: number) => string): Shape => ({
  name,
  document: (count) =>
    JSON.stringify({
      openapi: "3.1.0",
      info: { title: "Bench", version: "1.0.0" },
      servers: [{ url: "http://backend.test" }],
      paths: Object.fromEntries(
        Array.from({ length: count }, (_, index) => [
          template(index),
          { get: { operationId: `operation-${index}`, responses: { 200: { description: "ok" } } } },
        ]),
      ),
    }),
  lastPath: (count) => path(count - 1),
});

/** The four shapes: what the literal text before the first parameter has to do with the operations' number. */
export const shapes: readonly Shape[] = [
  generated(
    "a prefix of its own for each group",
    (index) => `/v1/group-${index}/{id}`,
    (index) => `/v1/group-${index}/7`,
  ),
  generated(
    "one prefix shared by all",
    (index) => `/v1/{tenant}/group-${index}/{id}`,
    (index) => `/v1/acme/group-${index}/7`,
  ),
  generated(
    "a parameter in the first segment",
    (index) => `/{tenant}/group-${index}/{id}`,
    (index) => `/acme/group-${index}/7`,
  ),
];

const github = fileURLToPath(new URL("../node_modules/@octokit/openapi/generated/api.github.com.json", import.meta.url));

/** GitHub's document. */
export const githubDocument = (): string => readFileSync(github, "utf8");
