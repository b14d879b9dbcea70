import type { GatewayWorkload } from "../model/workload.ts";
import { servesTls } from "./exposure.ts";
import { type GatewayContent, gatewayPort, monitoringPort, mountedName, patchesFile } from "./gateway-content.ts";
import { gatewayUser } from "./gateway-user.ts";
import { pullSecretsOf, resourcesOf } from "./pods.ts";

/** How long a pod that ends may take to send its clients away (seconds); its drain program keeps within it. */
const drainSeconds = 45;

/** The program in a gateway's image: it sends clients away, and has Envoy look at files. */
const gatewayProgram = ["/usr/local/bin/node", "/opt/portico/gateway.js"];

/** The name of the one container of a gateway's pod. */
export const gatewayContainer = "gateway";

/** Where a gateway's container has the certificate that clients see. */
export const tlsFolder = "/gateway/tls";

const confined = { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } };

/** What the policy agent works by: its container is there where that is. */
const agentFile = "agent.json";
const agentPort = 8082;

/**
 * How Node runs the agent: what questions leave behind is collected soon and what it holds is bounded, so that it stays below its container's memory. The thread that holds messages against documents,
 * the messages that wait for it, and the processes that run interceptors have bounds of their own beside this.
 */
export const agentNodeOptions = ["--max-semi-space-size=4", "--max-old-space-size=128"];

/**
 * The policy agent, which is in the same image: it answers on a Unix socket in the folder that both containers share. As a sidecar (Kubernetes: "Sidecar
 * Containers") it is there before Envoy, and ends after it.
 */
const agentContainer = ({ image }: GatewayContent, { env }: GatewayWorkload, volumeMounts: readonly object[]) => ({
  name: "agent",
  restartPolicy: "Always",
  image,
  command: ["/usr/local/bin/node", ...agentNodeOptions, "/opt/portico/agent.js"],
  workingDir: "/gateway",
  args: [
    ...["--file", `mounted/${agentFile}`, "--socket", "run/agent.sock", "--ready-port", String(agentPort)],
    ...env.flatMap(({ name }) => ["--env", name]),
  ],
  ...(env.length === 0 ? {} : { env }),
  securityContext: confined,
  ports: [{ name: "agent", containerPort: agentPort }],
  resources: { requests: { cpu: "20m", memory: "64Mi" }, limits: { memory: "768Mi" } },
  startupProbe: { httpGet: { path: "/readyz", port: agentPort }, periodSeconds: 1, failureThreshold: 60 },
  readinessProbe: { httpGet: { path: "/readyz", port: agentPort }, periodSeconds: 5, timeoutSeconds: 4, failureThreshold: 2 },
  volumeMounts,
});

/** What people have patched Envoy looks at before it serves: a pod with what it does not take never begins, and those before it serve on. */
const validation = ({ image }: GatewayContent, volumeMounts: readonly object[]) => ({
  name: "validate",
  image,
  command: [...gatewayProgram, "validate", "/scratch"],
  workingDir: "/gateway",
  securityContext: confined,
  terminationMessagePolicy: "FallbackToLogsOnError",
  resources: { requests: { cpu: "20m", memory: "64Mi" }, limits: { memory: "1Gi" } },
  volumeMounts: [...volumeMounts, { name: "scratch", mountPath: "/scratch" }],
});

/** What a Secret holds beside a certificate and its key is nothing to a gateway. */
const tlsEntries = ["tls.crt", "tls.key"].map((key) => ({ key, path: key }));

/** The pod template of a gateway: as Pod Security's level `restricted` wants it, with a file system that nobody writes to. */
export function gatewayPods(workload: GatewayWorkload, content: GatewayContent, labels: Readonly<Record<string, string>>) {
  const { api, resources, exposure } = workload;
  const secret = servesTls(workload) ? exposure.tlsSecret : undefined;
  const mounts = [
    { name: "mounted", mountPath: "/gateway/mounted", readOnly: true },
    { name: "run", mountPath: "/gateway/run" },
    { name: "cache", mountPath: "/gateway/cache" },
    ...(secret === undefined ? [] : [{ name: "tls", mountPath: tlsFolder, readOnly: true }]),
  ];
  const first = [
    ...(content.mounted.has(patchesFile) ? [validation(content, mounts)] : []),
    ...(content.mounted.has(agentFile) ? [agentContainer(content, workload, mounts)] : []),
  ];
  return {
    metadata: { labels },
    spec: {
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: drainSeconds + 15,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: gatewayUser(workload),
        runAsGroup: 65532,
        fsGroup: 65532,
        seccompProfile: { type: "RuntimeDefault" },
      },
      ...pullSecretsOf(workload),
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: "kubernetes.io/hostname",
          whenUnsatisfiable: "ScheduleAnyway",
          labelSelector: { matchLabels: labels },
        },
      ],
      ...(first.length > 0 ? { initContainers: first } : {}),
      containers: [
        {
          name: gatewayContainer,
          image: content.image,
          // Envoy is the container's own process: what it writes and how it ends is what the cluster sees.
          command: ["/usr/local/bin/envoy"],
          // Paths in its configuration begin here, whatever its base image says.
          workingDir: "/gateway",
          args: ["--config-path", "mounted/bootstrap.json", "--drain-time-s", String(drainSeconds / 3)],
          securityContext: confined,
          ports: [
            { name: secret === undefined ? "http" : "https", containerPort: gatewayPort },
            { name: "monitoring", containerPort: monitoringPort },
          ],
          ...resourcesOf(resources),
          // Routes of thousands of operations take Envoy some seconds to read.
          startupProbe: { httpGet: { path: "/readyz", port: monitoringPort }, periodSeconds: 1, failureThreshold: 120 },
          readinessProbe: { httpGet: { path: "/readyz", port: monitoringPort }, periodSeconds: 5, timeoutSeconds: 4, failureThreshold: 2 },
          livenessProbe: { httpGet: { path: "/livez", port: monitoringPort }, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 },
          lifecycle: { preStop: { exec: { command: [...gatewayProgram, "drain", "--seconds", String(drainSeconds)] } } },
          volumeMounts: mounts,
        },
      ],
      volumes: [
        { name: "mounted", secret: { secretName: mountedName(api, content.inputHash) } },
        { name: "run", emptyDir: { medium: "Memory", sizeLimit: "1Mi" } },
        // More than the answers that are kept take, for those that are on their way out.
        { name: "cache", emptyDir: { sizeLimit: "128Mi" } },
        ...(content.mounted.has(patchesFile) ? [{ name: "scratch", emptyDir: { medium: "Memory", sizeLimit: "128Mi" } }] : []),
        ...(secret === undefined ? [] : [{ name: "tls", secret: { secretName: secret, items: tlsEntries } }]),
      ],
    },
  };
}
