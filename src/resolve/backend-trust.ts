import type { TargetEndpointSpec } from "../api/target-endpoint.ts";
import { type Backend, type BackendCredential, type BackendTls, plainTls } from "../model/backend.ts";
import type { ValueReference } from "../model/security.ts";
import { child, type Node, placeOf } from "../text/node.ts";

/** What a TargetEndpoint and the `backend` of a document say alike. */
export type SaidTrust = Pick<TargetEndpointSpec, "tls" | "credentials">;

/** What the environment keeps for a backend. A name like `shared/store` is that of a TargetEndpoint of another namespace: so are its Secrets. */
export function trustOf({ tls, credentials }: SaidTrust, name: string, at: Node): Pick<Backend, "tls" | "credential" | "where"> {
  const [namespace, rest] = name.startsWith("@") ? [name] : name.split("/");
  const there = (one: string): string => (rest === undefined ? one : `${namespace}/${one}`);
  const secret = (one: string, key?: string): ValueReference => ({ kind: "Secret", name: there(one), key });
  const where = tls === undefined && credentials === undefined ? undefined : placeOf(child(at, tls === undefined ? "credentials" : "tls"));
  return { tls: tlsOf(tls, there, secret), credential: credentialOf(credentials, secret), where };
}

type Secret = (name: string, key?: string) => ValueReference;

function tlsOf(said: SaidTrust["tls"], there: (name: string) => string, secret: Secret): BackendTls {
  if (said === undefined) return plainTls;
  const { trust, serverName, clientCertificate, insecureSkipVerify = false } = said;
  const map = trust?.configMap;
  const authorities =
    trust?.secret !== undefined
      ? secret(trust.secret.name, trust.secret.key ?? "ca.crt")
      : map !== undefined
        ? ({ kind: "ConfigMap", name: there(map.name), key: map.key ?? "ca.crt" } as const)
        : "system";
  return {
    trust: insecureSkipVerify ? "anybody" : authorities,
    serverName,
    clientCertificate: clientCertificate && secret(clientCertificate.name),
  };
}

function credentialOf(said: SaidTrust["credentials"], secret: Secret): BackendCredential | undefined {
  if (said?.basic !== undefined) return { kind: "basic", header: "authorization", from: secret(said.basic.name) };
  if (said?.bearer !== undefined) return { kind: "bearer", header: "authorization", from: secret(said.bearer.name, said.bearer.key) };
  const own = said?.header;
  return own && { kind: "plain", header: own.name.toLowerCase(), from: secret(own.secret.name, own.secret.key) };
}
