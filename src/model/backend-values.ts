import { createPrivateKey, X509Certificate } from "node:crypto";
import type { Backend } from "./backend.ts";
import { certificatesIn, leftOutIn } from "./certificates.ts";
import type { ValueReference } from "./security.ts";
import { isServed } from "./served-key.ts";
import { entriesOf, entryOf, type Values } from "./values.ts";

/** What an environment keeps for a backend, read; a part is undefined where nothing is kept for it. */
export interface BackendValues {
  readonly authorities: string | undefined;
  readonly certificate: { readonly chain: string; readonly key: string } | undefined;
  /** A header's value. */
  readonly credential: string | undefined;
}

/** The values, or, where one is not there or of no use, what is wrong: of which object, and why. */
export type ReadBackendValues =
  | { readonly kind: "read"; readonly value: BackendValues }
  | { readonly kind: "missing"; readonly from: ValueReference; readonly why: "authorities" | "certificate" | "credential" };

export function backendValues({ tls, credential }: Backend, values: Values): ReadBackendValues {
  const authorities = typeof tls.trust === "string" ? undefined : entryOf(values, tls.trust)?.reveal();
  if (typeof tls.trust !== "string" && certificatesIn(authorities ?? "").length === 0)
    return { kind: "missing", from: tls.trust, why: "authorities" };
  const certificate = tls.clientCertificate && pairIn(values, tls.clientCertificate);
  if (tls.clientCertificate !== undefined && certificate === undefined)
    return { kind: "missing", from: tls.clientCertificate, why: "certificate" };
  const shown = credential && headerOf(credential.kind, credential.from, values);
  if (credential !== undefined && shown === undefined) return { kind: "missing", from: credential.from, why: "credential" };
  return { kind: "read", value: { authorities: authorities && certificatesIn(authorities).join("\n"), certificate, credential: shown } };
}

/** A certificate with its own key (kubernetes.io/tls), as Envoy takes them: else it has none of the gateway's other backends either. */
function pairIn(values: Values, from: ValueReference): BackendValues["certificate"] {
  const entries = entriesOf(values, from);
  const [text = "", key = ""] = ["tls.crt", "tls.key"].map((name) => entries.get(name)?.reveal());
  const chain = certificatesIn(text).join("\n");
  try {
    const own = createPrivateKey(key);
    const isTaken = (isServed(own) || own.asymmetricKeyType === "ed25519") && leftOutIn(text).length === 0;
    return isTaken && new X509Certificate(chain).checkPrivateKey(own) ? { chain, key } : undefined;
  } catch {
    return undefined;
  }
}

/** What a header field can hold (RFC 9110, section 5.5). */
const isFieldValue = /^[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?$/;

function headerOf(kind: NonNullable<Backend["credential"]>["kind"], from: ValueReference, values: Values): string | undefined {
  const text =
    kind === "basic"
      ? basicOf(values, from)
      : entryOf(values, from)
          ?.reveal()
          .replace(/\r?\n$/, "");
  if (text === undefined || !isFieldValue.test(text)) return undefined;
  return kind === "bearer" ? `Bearer ${text}` : text;
}

function basicOf(values: Values, from: ValueReference): string | undefined {
  const entries = entriesOf(values, from);
  const [user, password] = [entries.get("username")?.reveal(), entries.get("password")?.reveal()];
  if (user === undefined || password === undefined || user.includes(":")) return undefined;
  return `Basic ${Buffer.from(`${user}:${password.replace(/\r?\n$/, "")}`).toString("base64")}`;
}
