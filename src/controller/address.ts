import type { GatewayWorkload } from "../model/workload.ts";
import { servesTls, servicePort } from "../workloads/exposure.ts";
import { gatewayName } from "../workloads/gateway-content.ts";

/** Where an API is reached: by its first host where something leads there, else by its Service's name in the cluster. */
export function addressOf(workload: GatewayWorkload): string {
  const { api, namespace, exposure } = workload;
  const [host] = exposure.hosts;
  const { ingress, httpRoute, tlsSecret } = exposure;
  if (host !== undefined && ingress !== undefined) return `${tlsSecret === undefined ? "http" : "https"}://${host}`;
  if (host !== undefined && httpRoute !== undefined) return `https://${host}`;
  const scheme = servesTls(workload) ? "https" : "http";
  const port = servicePort(workload);
  const usual = port === (scheme === "https" ? 443 : 80);
  return `${scheme}://${gatewayName(api)}.${namespace}.svc${usual ? "" : `:${port}`}`;
}
