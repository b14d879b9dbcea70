import { until } from "../../../testing/until.ts";
import type { Namespace } from "./namespace.ts";
import { testImage } from "./target.ts";

/** A Deployment of the echo image with as many replicas, and a Service in front (port 80). */
export const echoObjects = (name: string, { replicas = 1, type = "ClusterIP" } = {}): readonly object[] => [
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          containers: [
            {
              name: "echo",
              image: testImage("echo"),
              ports: [{ containerPort: 8080 }],
              readinessProbe: { httpGet: { path: "/ready", port: 8080 }, periodSeconds: 1 },
            },
          ],
        },
      },
    },
  },
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name },
    spec: { type, selector: { app: name }, ports: [{ port: 80, targetPort: 8080 }] },
  },
];

/** Waits until all replicas of a Deployment are ready. */
export const rolledOut = (namespace: Namespace, deployment: string): Promise<string> =>
  namespace.kubectl("rollout", "status", `deployment/${deployment}`, "--timeout=60s");

/** Waits until what is deployed for the TargetEndpoint `store` is made and ready. */
export async function backendRolledOut(namespace: Namespace): Promise<void> {
  const deployments = (): Promise<string> => namespace.kubectl("get", "deployments", "--output=name");
  await until("the backend is made", async () => (await deployments()).includes("store-backend"), 30_000);
  await rolledOut(namespace, "store-backend");
}

/** Sends a request from inside a pod of a Deployment, and resolves with the body; asks again while nothing answers, as after a Service was made. */
export async function requestFrom(
  namespace: Namespace,
  deployment: string,
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const program = `fetch(${JSON.stringify(url)}, ${JSON.stringify({ headers })}).then((answer) => answer.text()).then((body) => process.stdout.write(body))`;
  return until(
    `${url} answers`,
    async () => {
      try {
        return await namespace.kubectl("exec", `deployment/${deployment}`, "--", "node", "-e", program);
      } catch {
        return undefined;
      }
    },
    30_000,
  );
}

/** The status of the answer to a request from inside a pod of a Deployment; asked again while nothing answers. */
export async function statusFrom(
  namespace: Namespace,
  deployment: string,
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<number> {
  const asked = `fetch(${JSON.stringify(url)}, ${JSON.stringify({ headers })})`;
  const program = `${asked}.then((answer) => process.stdout.write(String(answer.status)))`;
  const told = await until(
    `${url} answers`,
    () => namespace.kubectl("exec", `deployment/${deployment}`, "--", "node", "-e", program).catch(() => undefined),
    30_000,
  );
  return Number(told);
}
