import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { run } from "../cluster/command.ts";
import { target } from "./target.ts";

const program = resolve(import.meta.dirname, "../../../src/cli/portico.ts");

/** Runs Portico, as a person would: what it wrote to stdout. */
export const portico = (...args: readonly string[]): Promise<string> => porticoWith({}, ...args);

/** The same with more in its environment. */
export const porticoWith = (env: NodeJS.ProcessEnv, ...args: readonly string[]): Promise<string> =>
  run(porticoCommand(...args), { env: { ...process.env, ...env } });

export const porticoCommand = (...args: readonly string[]): readonly string[] => [process.execPath, program, ...args];

/** What the program needs to be told of the tests' registry. */
export const registryOptions: readonly string[] = target.registryIsPlainHttp ? ["--plain-http"] : [];

/** An image's name as this machine pushes it, and as pods pull it. */
export const pushed = (name: string): string => name.replace(target.registry, target.pushRegistry);
export const pulled = (name: string): string => name.replace(target.pushRegistry, target.registry);

/** The part of a gateway that differs by environment, as a ConfigMap, from a folder that `portico build` wrote. */
export async function mounted(folder: string): Promise<object> {
  const names = await readdir(join(folder, "mounted"));
  const files = await Promise.all(names.map(async (name) => [name, await readFile(join(folder, "mounted", name), "utf8")]));
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "mounted" }, data: Object.fromEntries(files) };
}

/** A gateway as Pod Security's level `restricted` wants every pod, with a file system that nobody writes to; and its Service. */
export const gatewayObjects = (name: string, image: string): readonly object[] => [
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          automountServiceAccountToken: false,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 65532,
            runAsGroup: 65532,
            fsGroup: 65532,
            seccompProfile: { type: "RuntimeDefault" },
          },
          containers: [
            {
              name: "envoy",
              image,
              command: ["/usr/local/bin/envoy"],
              args: ["--config-path", "mounted/bootstrap.json"],
              workingDir: "/gateway",
              securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
              ports: [{ containerPort: 8080 }],
              readinessProbe: { httpGet: { path: "/readyz", port: 8081 }, periodSeconds: 1 },
              volumeMounts: [
                { name: "mounted", mountPath: "/gateway/mounted" },
                { name: "run", mountPath: "/gateway/run" },
              ],
            },
          ],
          volumes: [
            { name: "mounted", configMap: { name: "mounted" } },
            { name: "run", emptyDir: { medium: "Memory", sizeLimit: "1Mi" } },
          ],
        },
      },
    },
  },
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name },
    spec: { selector: { app: name }, ports: [{ port: 80, targetPort: 8080 }] },
  },
];
