import type { GatewayWorkload } from "../model/workload.ts";
import { gatewayLabels, gatewayPort } from "./gateway-content.ts";
import { type KubernetesObject, type ObjectMetadata, podSelector } from "./object.ts";

/** The port of a gateway's Service. */
export const servicePort = ({ exposure: { service, tlsSecret, ingress } }: GatewayWorkload): number =>
  service.port ?? (tlsSecret === undefined || ingress !== undefined ? 80 : 443);

/** What leads the world to a gateway: its Service, and an Ingress and an HTTPRoute where its API asks for them. */
export function exposureOf(workload: GatewayWorkload, metadata: ObjectMetadata): readonly KubernetesObject[] {
  const { api, exposure } = workload;
  const { service, ingress, httpRoute, hosts, tlsSecret } = exposure;
  const port = servicePort(workload);
  const annotated = (annotations: Readonly<Record<string, string>>): ObjectMetadata =>
    Object.keys(annotations).length === 0 ? metadata : { ...metadata, annotations };
  return [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: annotated(service.annotations),
      spec: {
        type: service.type,
        selector: podSelector(gatewayLabels(api)),
        ports: [
          {
            name: servesTls(workload) ? "https" : "http",
            port,
            targetPort: gatewayPort,
            protocol: "TCP",
            ...(service.nodePort === undefined ? {} : { nodePort: service.nodePort }),
          },
        ],
      },
    },
    ...(ingress === undefined
      ? []
      : [
          {
            apiVersion: "networking.k8s.io/v1",
            kind: "Ingress",
            metadata: annotated(ingress.annotations),
            spec: {
              ...(ingress.className === undefined ? {} : { ingressClassName: ingress.className }),
              ...(tlsSecret === undefined ? {} : { tls: [{ secretName: tlsSecret, ...(hosts.length === 0 ? {} : { hosts }) }] }),
              rules: rulesOf(hosts, {
                path: "/",
                pathType: "Prefix",
                backend: { service: { name: metadata.name, port: { number: port } } },
              }),
            },
          },
        ]),
    ...(httpRoute === undefined
      ? []
      : [
          {
            apiVersion: "gateway.networking.k8s.io/v1",
            kind: "HTTPRoute",
            metadata: annotated(httpRoute.annotations),
            spec: {
              parentRefs: httpRoute.parents,
              ...(hosts.length === 0 ? {} : { hostnames: hosts }),
              rules: [
                {
                  matches: [{ path: { type: "PathPrefix", value: "/" } }],
                  backendRefs: [{ name: metadata.name, port, kind: "Service", group: "", weight: 1 }],
                },
              ],
            },
          },
        ]),
  ];
}

/** Whether the gateway itself shows a certificate: with an Ingress that is the Ingress's. */
export const servesTls = ({ exposure: { tlsSecret, ingress } }: GatewayWorkload): boolean =>
  tlsSecret !== undefined && ingress === undefined;

const rulesOf = (hosts: readonly string[], path: object): readonly object[] =>
  hosts.length === 0 ? [{ http: { paths: [path] } }] : hosts.map((host) => ({ host, http: { paths: [path] } }));
