import { z } from "zod";
import { under } from "./law.ts";
import { dnsLabel, hostName, objectName, objectReference } from "./name.ts";
import { annotations } from "./workload.ts";

const parent = z.strictObject({
  name: objectName.describe("The Gateway's name."),
  namespace: dnsLabel.optional().describe("The Gateway's namespace. Default: the API's."),
  sectionName: z.string().max(253).optional().describe("The Gateway's listener. Default: each that takes the route."),
});

const fields = z.strictObject({
  hosts: z.array(hostName).max(64).optional().describe("The host names under which the API is reached. Default: every one."),
  tls: objectReference.optional().describe("The Secret (kubernetes.io/tls) with the certificate that clients see."),
  service: z
    .strictObject({
      type: z.enum(["ClusterIP", "NodePort", "LoadBalancer"]).optional().describe("The Service's type. Default: `ClusterIP`."),
      port: z.int().min(1).max(65_535).optional().describe("The Service's port. Default: 80, with TLS 443."),
      nodePort: z.int().min(1).max(65_535).optional().describe("The port on each node. Default: Kubernetes chooses."),
      annotations: annotations.optional().describe("Annotations of the Service."),
    })
    .optional()
    .describe("The gateway's Service."),
  ingress: z
    .strictObject({
      className: objectName.optional().describe("The IngressClass. Default: the cluster's."),
      annotations: annotations.optional().describe("Annotations of the Ingress."),
    })
    .optional()
    .describe("An Ingress (networking.k8s.io/v1) that leads to the gateway."),
  httpRoute: z
    .strictObject({
      parentRefs: z.array(parent).min(1).max(32).describe("The Gateways that it hangs from."),
      annotations: annotations.optional().describe("Annotations of the HTTPRoute."),
    })
    .optional()
    .describe("An HTTPRoute (Gateway API) that leads from one's own Gateway to the gateway."),
});

/** How the world reaches an API. */
export const expose = under(fields, {
  // Who answers to an HTTPRoute has ended TLS already, and speaks plainly to the gateway.
  message: "With an `httpRoute` clients see the certificate of your own Gateway. Name it there, and leave out `tls` here.",
  holds: ({ tls, httpRoute }) => tls === undefined || httpRoute === undefined,
  cel: "!(has(self.tls) && has(self.httpRoute))",
});
