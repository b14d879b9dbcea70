import { z } from "zod";
import { headerName } from "./header.ts";
import { exactlyOne } from "./law.ts";
import { hostName, keyReference, objectReference } from "./name.ts";

/** How the gateway and a backend prove to each other who they are. */
export const backendTls = z.strictObject({
  trust: exactlyOne(
    z.strictObject({
      secret: keyReference.optional().describe("The Secret's entry that holds CA certificates in PEM. Default key: `ca.crt`."),
      configMap: keyReference.optional().describe("The ConfigMap's entry that holds CA certificates in PEM. Default key: `ca.crt`."),
    }),
    "secret",
    "configMap",
  )
    .optional()
    .describe("The authorities whose certificates are believed. Default: those of the system."),
  serverName: hostName.optional().describe("The name asked for (SNI) and looked for in the certificate. Default: the url's host."),
  clientCertificate: objectReference.optional().describe("The Secret (kubernetes.io/tls) with the certificate that the gateway shows."),
  insecureSkipVerify: z.boolean().optional().describe("Whether any certificate is believed. Never where it matters. Default: false."),
});

/** The credentials that the gateway shows to a backend. They come from Secrets only. */
export const backendCredentials = exactlyOne(
  z.strictObject({
    basic: objectReference.optional().describe("The Secret (kubernetes.io/basic-auth) with `username` and `password`."),
    bearer: keyReference.optional().describe("The Secret's entry that holds a bearer token."),
    header: z
      .strictObject({
        name: headerName.describe("The header's name."),
        secret: keyReference.describe("The Secret's entry that holds the header's value."),
      })
      .optional()
      .describe("A header of one's own."),
  }),
  "basic",
  "bearer",
  "header",
);
