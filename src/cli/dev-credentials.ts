import type { Operation } from "../model/api.ts";
import { type Alternative, securitiesIn } from "../model/security.ts";
import { type OwnCredential, throwAway } from "../resolve/throw-away.ts";
import type { GatewaySources } from "../source/gateway.ts";
import type { SourceFile } from "../text/node.ts";
import { devIssuer } from "./own-issuer.ts";

/** What a request shows: header fields as they are written, and what its query says. */
export interface Shown {
  /** The Securities whose credentials they are, in the order of their names. */
  readonly securities: readonly string[];
  readonly headers: readonly string[];
  readonly query: string;
}

/** Throw-away credentials for `portico run --dev`, and nothing else: no other command knows of them. */
interface DevCredentials {
  readonly added: (sources: GatewaySources) => readonly SourceFile[];
  /** What to show for an operation, for each of its alternatives that asks for credentials of ours alone. */
  readonly shownFor: (operation: Operation) => readonly Shown[];
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");

const anHour = 3600;

export function devCredentials(env: NodeJS.ProcessEnv): DevCredentials {
  const issuer = devIssuer(env);
  let credentials: ReadonlyMap<string, OwnCredential> = new Map();
  const shownBy = (alternative: Alternative): Shown => {
    const scopes = alternative.flatMap((demand) => demand.scopes).join(" ");
    const all = [...new Set(alternative.map(({ security }) => credentials.get(security)))].flatMap((one) => one ?? []);
    const [tokens, keys] = [all.filter(({ kind }) => kind === "token"), all.flatMap((one) => (one.kind === "key" ? [one] : []))];
    return {
      securities: securitiesIn([alternative]),
      headers: [
        ...tokens.slice(0, 1).map(() => `Authorization: Bearer ${issuer.token(scopes === "" ? {} : { scope: scopes }, anHour)}`),
        ...all.flatMap((one) => (one.kind === "user" ? [`Authorization: Basic ${base64(`${one.user}:${one.password}`)}`] : [])),
        ...keys.flatMap(({ in: place, name, key }) => {
          if (place === "query") return [];
          return [place === "cookie" ? `Cookie: ${name}=${key}` : `${name}: ${key}`];
        }),
      ],
      query: keys.flatMap(({ in: place, name, key }) => (place === "query" ? [`${encodeURIComponent(name)}=${key}`] : [])).join("&"),
    };
  };
  return {
    added: ({ documents, resources }) => {
      const made = throwAway(documents, resources, issuer);
      credentials = made.credentials;
      return made.resources;
    },
    shownFor: ({ access }) => {
      if (access.kind !== "protected") return [];
      const ours = access.alternatives.filter((alternative) => alternative.every(({ security }) => credentials.has(security)));
      // A request has one header of a name.
      return ours
        .map(shownBy)
        .filter(({ headers }) => new Set(headers.map((header) => header.split(":")[0]?.toLowerCase())).size === headers.length);
    },
  };
}
