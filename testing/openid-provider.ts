import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import Provider from "oidc-provider";
import { freePort } from "./free-port.ts";
import type { Scope } from "./scope.ts";

/** A real OpenID provider (npm: oidc-provider) on this machine. */
export interface OpenIdProvider {
  readonly issuer: string;
  readonly introspectionUrl: string;
  /** A client that may ask about tokens. */
  readonly gateway: { readonly username: string; readonly password: string };
  /** From now on it is there. */
  start(): Promise<void>;
  /** A token of the client `app` (OAuth 2.0, client credentials), as its form is asked for. */
  token(form: "jwt" | "opaque", scope: string): Promise<string>;
  /** Ends an opaque token (RFC 7009). */
  revoke(token: string): Promise<void>;
}

const app = { client_id: "app", client_secret: "secret-of-app" };
const gateway = { client_id: "gateway", client_secret: "secret-of-gateway" };

export async function openIdProvider(scope: Scope): Promise<OpenIdProvider> {
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const provider = new Provider(issuer, {
    clients: [app, gateway].map((client) => ({ ...client, grant_types: ["client_credentials"], redirect_uris: [], response_types: [] })),
    scopes: ["read", "write"],
    jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), kid: "one", use: "sig", alg: "RS256" }] },
    cookies: { keys: ["of no use"] },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      revocation: { enabled: true, allowedPolicy: () => true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context, resource) => ({
          scope: "read write",
          audience: "pets",
          accessTokenFormat: resource === "urn:pets:jwt" ? "jwt" : "opaque",
          accessTokenTTL: 3600,
        }),
      },
    },
  });
  const post = async (path: string, form: Readonly<Record<string, string>>): Promise<string> => {
    const authorization = `Basic ${Buffer.from(`${app.client_id}:${app.client_secret}`).toString("base64")}`;
    const answer = await fetch(`${issuer}${path}`, { method: "POST", headers: { authorization }, body: new URLSearchParams(form) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
    return text;
  };
  return {
    issuer,
    introspectionUrl: `${issuer}/token/introspection`,
    gateway: { username: gateway.client_id, password: gateway.client_secret },
    async start() {
      const server = createServer(provider.callback());
      await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
      scope.after(async () => {
        server.closeAllConnections();
        server.close();
      });
    },
    token: async (form, wanted) =>
      JSON.parse(await post("/token", { grant_type: "client_credentials", scope: wanted, resource: `urn:pets:${form}` })).access_token,
    revoke: async (token) => {
      await post("/token/revocation", { token });
    },
  };
}
