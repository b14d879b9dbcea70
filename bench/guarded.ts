import type { GatewayFiles, ServiceAddress } from "../src/compile/engine.ts";
import { must } from "../testing/envoy.ts";
import { caseValues, compileCase, type GoldenCase, resolveCase } from "../testing/golden-case.ts";

const settings: GoldenCase["settings"] = { mock: false, credentials: "fail", debug: false, trustedHops: 0, requests: [] };

export const security = (name: string, spec: object): object => ({
  apiVersion: "portico.dev/v1alpha1",
  kind: "Security",
  metadata: { name },
  spec,
});

export const secret = (name: string, stringData: Readonly<Record<string, string>>): object => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name },
  stringData,
});

/** A document of one GET a path, with what that needs. */
export const guardedDocument = (backendPort: number, paths: Readonly<Record<string, readonly object[]>>): object => ({
  openapi: "3.1.0",
  info: { title: "Pets", version: "1" },
  "x-portico": { backend: { url: `http://127.0.0.1:${backendPort}` } },
  paths: Object.fromEntries(
    Object.entries(paths).map(
      ([path, needed]) => [path, { get: { security: needed, responses: { 200: { description: "ok" } } } }] as const,
    ),
  ),
});

/** The files of a gateway for a document and resources, with their Secrets. */
export function guardedFiles(
  objects: readonly object[],
  port: number,
  monitoring: number,
  more: { readonly limitsService?: ServiceAddress } = {},
): GatewayFiles {
  const input = objects.map((one) => JSON.stringify(one)).join("\n---\n");
  return compileCase(must(resolveCase({ input, settings })), settings, { port, monitoring, values: caseValues({ input }), ...more });
}
