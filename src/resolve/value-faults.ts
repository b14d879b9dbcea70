import type { ApiModel } from "../model/api.ts";
import type { Backend } from "../model/backend.ts";
import { backendValues } from "../model/backend-values.ts";
import { oddLinesIn, strangersIn, usersIn } from "../model/htpasswd.ts";
import { faultEntry } from "../model/issuer-keys.ts";
import { type ReadKeySet, readKeySet, readKeys, usableKeys } from "../model/key-set.ts";
import { verifiersOf } from "../model/references.ts";
import { type Issuer, type ValueReference, type Verifier, valueName, verifierReferences } from "../model/security.ts";
import { clientKeys, entriesOf, entryOf, isSendable, type Values } from "../model/values.ts";
import type { Place } from "../problem.ts";
import { authoritiesWrong, leftOutWrong, mayStayBelieved } from "./authority-faults.ts";

/** Something that credentials cannot be checked with, or that backends cannot be asked with. */
export interface Fault {
  readonly where: Place;
  readonly message: string;
  /** What is missing, or holds nothing that serves. */
  readonly of: readonly ValueReference[];
  /** Whether what was there before may go on in its place: not what is gone, or empty, for it may have been revoked. */
  readonly mayStay: boolean;
}

/** All that is missing or wrong in what an environment keeps. */
export function faultsOf(models: readonly ApiModel[], values: Values): readonly Fault[] {
  const verifiers = verifiersOf(models);
  const asked = new Map<string, readonly ValueReference[]>();
  for (const one of verifiers.flatMap(verifierReferences)) asked.set(valueName(one), [...(asked.get(valueName(one)) ?? []), one]);
  /** Where one asks for an object as a whole, and others for its entries, it cannot be put back for one of them. */
  const isAlone = (one: ValueReference): boolean =>
    one.key !== undefined || (asked.get(valueName(one)) ?? []).every(({ key }) => key === undefined);
  const isThere = (one: ValueReference): boolean => {
    const text = entryOf(values, one)?.reveal();
    return text === undefined ? one.key === undefined && entriesOf(values, one).size > 0 : text.trim() !== "";
  };
  const backends = new Map(models.flatMap((model) => model.backends.map((backend) => [backend.name, backend] as const)));
  const ofBackends = [...backends.values()].flatMap((backend): readonly Fault[] => {
    const { where, tls } = backend;
    if (where === undefined) return [];
    const trust = typeof tls.trust === "string" ? [] : [tls.trust];
    const leftOut = trust.flatMap((from) =>
      leftOutWrong(from, named(from), values).map((message) => ({ where, message, of: trust, mayStay: false })),
    );
    const read = backendValues(backend, values);
    if (read.kind === "read") return leftOut;
    // What clients are checked with, too, is not put back for a backend's sake.
    const mayStay = !asked.has(valueName(read.from));
    return [...leftOut, { where, message: backendWrong(backend, read, values), of: [read.from], mayStay }];
  });
  const ofVerifiers = verifiers.flatMap((verifier): readonly Fault[] => {
    const faults = (messages: readonly string[], of: readonly ValueReference[], holdsAnything = true): readonly Fault[] =>
      messages.map((message) => {
        const mayStay = holdsAnything && of.every((one) => isThere(one) && isAlone(one));
        return { where: verifier.where, message, of, mayStay };
      });
    const believed = (from: ValueReference, consequence: string): readonly Fault[] =>
      faults(authoritiesWrong(from, named(from), values, consequence), [from], mayStayBelieved(from, values));
    const { keys, agent, trust, tokens } = verifier;
    return [
      ...faults(keysWrong(verifier, values), keys === undefined ? [] : [keys], false),
      ...(tokens?.issuers ?? []).flatMap((issuer) =>
        faults(issuerWrong(issuer, values), "from" in issuer.keys ? [issuer.keys.from] : [], !isKeySet(issuer, values)),
      ),
      ...(agent?.kind === "basic" ? faults(usersWrong(agent.users, values), [agent.users], !namesUsers(verifier, values)) : []),
      ...(agent?.kind === "introspection" ? faults(clientWrong(agent.client, values), [agent.client]) : []),
      ...(agent?.kind === "introspection" && typeof agent.trust !== "string"
        ? believed(agent.trust, "so no answer is believed and no token is good")
        : []),
      ...(trust === undefined ? [] : believed(trust, "so no client's certificate is good")),
    ];
  });
  return [...ofVerifiers, ...ofBackends];
}

// What is readable counts as it is, and what is wrong in it is nobody's: else what is taken out would be put back with it. Only what cannot be read at all is a slip of the pen. Keys can
// always be read.

const namesUsers = ({ agent }: Verifier, values: Values): boolean => {
  const text = agent?.kind === "basic" ? entryOf(values, agent.users)?.reveal() : undefined;
  return text !== undefined && usersIn(text).size + strangersIn(text).length > 0;
};

/** A set that says that it has no keys is one, and a certificate is one whatever its key. */
function isKeySet({ keys }: Issuer, values: Values): boolean {
  if (keys.kind !== "value") return false;
  const read = readKeys(keys.form, entryOf(values, keys.from)?.reveal() ?? "");
  return read.kind === "keys" || read.why === "noKeys" || read.why === "unfitKey" || usableKeys(read).length > 0;
}

const ofBackend = {
  authorities:
    "holds no certificate in PEM that is taken, so no certificate of the backend is believed. Put the authorities' certificates there.",
  certificate:
    "holds no `tls.crt` with its own `tls.key` that Envoy takes, so the gateway has no certificate to show. Put both there (kubernetes.io/tls), of RSA with 2048 bits or more, P-256, P-384, P-521 or Ed25519.",
  credential:
    "holds no credential that can stand in a header. Put `username` and `password` there (kubernetes.io/basic-auth), or, for a token or a header's value, one entry.",
} as const;

/** A backend that cannot be asked as it wants is sent nothing. */
function backendWrong({ name }: Backend, { from, why }: UnreadBackend, values: Values): string {
  const subject = values.has(valueName(from)) ? `The ${named(from)}` : `There is no ${named(from)}: it`;
  return `${subject} ${ofBackend[why]} Until then the backend \`${name}\` is sent nothing.`;
}

type UnreadBackend = Exclude<ReturnType<typeof backendValues>, { kind: "read" }>;

const named = ({ kind, name, key }: ValueReference): string =>
  `${kind === "file" ? "file" : kind} \`${name}\`${key ? ` (\`${key}\`)` : ""}`;

/** That there are no keys any longer, which is said and is no fault: the last one may have been revoked. */
export const keysNone = ({ keys }: Verifier, values: Values): readonly string[] =>
  keys !== undefined && values.has(valueName(keys)) && clientKeys(values, keys).size === 0
    ? [`The ${named(keys)} holds no key, so no key is good. Give it an entry for each client: \`portico key create\`.`]
    : [];

function keysWrong({ keys }: Verifier, values: Values): readonly string[] {
  if (keys === undefined) return [];
  if (!values.has(`${keys.kind}/${keys.name}`))
    return [`There is no ${named(keys)}, so no key is good. Make it: each entry's name is a client's, its value the key.`];
  if (entriesOf(values, keys).has("")) return [`In the ${named(keys)} an entry has no name, so its key is nobody's. Name its client.`];
  const found = [...clientKeys(values, keys)];
  const unsendable = found.flatMap(([client, { key }]) => (isSendable(key.reveal()) ? [] : [`\`${client}\``]));
  if (unsendable.length > 0)
    return [
      `In the ${named(keys)} the ${unsendable.length === 1 ? "key" : "keys"} of ${unsendable.join(", ")} cannot stand in a header: nothing but visible characters, and blanks between them, can. Make new ones: \`portico key create\`.`,
    ];
  const owners = new Map<string, string>();
  return found.flatMap(([client, { key }]) => {
    const other = owners.get(key.reveal());
    owners.set(key.reveal(), client);
    return other === undefined
      ? []
      : [`In the ${named(keys)}, \`${other}\` and \`${client}\` have the same key: who calls is not known. Give each its own.`];
  });
}

function clientWrong(from: ValueReference, values: Values): readonly string[] {
  const client = entriesOf(values, from);
  if (client.has("username") && client.has("password")) return [];
  const advice = "Put the client's id and secret there, as `username` and `password` (kubernetes.io/basic-auth).";
  return [`There is no ${named(from)} with a client's name and secret, so no token is good. ${advice}`];
}

function usersWrong(users: ValueReference, values: Values): readonly string[] {
  const text = entryOf(values, users);
  if (text === undefined) return [`There is no ${named(users)}, so nobody's password is good. Put there what \`htpasswd -B\` writes.`];
  const odd = oddLinesIn(text.reveal());
  if (odd.length > 0)
    return [
      `In the ${named(users)} ${odd.length === 1 ? "line" : "lines"} ${odd.join(", ")} ${odd.length === 1 ? "is" : "are"} no name and hash with a colon between. Put there what \`htpasswd -B\` writes.`,
    ];
  const strange = strangersIn(text.reveal());
  if (strange.length > 0)
    return [
      `In the ${named(users)} the hashes of ${strange.map((name) => `\`${name}\``).join(", ")} are of a kind that is not checked. Make them with \`htpasswd -B\` (bcrypt of cost 4 to 14).`,
    ];
  return [];
}

/** The same of users. */
export function usersNone({ agent }: Verifier, values: Values): readonly string[] {
  const text = agent?.kind === "basic" ? entryOf(values, agent.users)?.reveal() : undefined;
  if (agent?.kind !== "basic" || text === undefined || usersIn(text).size > 0 || oddLinesIn(text).length + strangersIn(text).length > 0)
    return [];
  return [`The ${named(agent.users)} holds no user, so nobody's password is good. Put there what \`htpasswd -B\` writes.`];
}

const why: Readonly<Record<Extract<ReadKeySet, { kind: "wrong" }>["why"], string>> = {
  notJson: "is no JSON",
  noKeys: "holds no public key",
  secretKey: "holds a private or shared key, with which everybody who reads it could make tokens",
  notCertificate: "holds no certificate in PEM",
  unfitKey:
    "holds a certificate by whose key no token can be verified: that takes RSA of 2048 bits or more, P-256, P-384, P-521 or Ed25519",
};

function issuerWrong({ issuer, keys }: Issuer, values: Values): readonly string[] {
  if (keys.kind === "remote") return [];
  if (keys.kind === "discovered") {
    const fault = entriesOf(values, keys.from).get(faultEntry)?.reveal();
    return fault === undefined ? [] : [fault];
  }
  const adviceFor = (read: ReadKeySet): string =>
    `${usableKeys(read).length > 0 ? "The others count" : `Tokens of \`${issuer}\` are refused`}. Give it the issuer's public keys.`;
  if (keys.kind === "inline") {
    const read = readKeySet(keys.json);
    return wrong(read).map((fault) => `The inline key set ${fault}. ${adviceFor(read)}`);
  }
  const text = entryOf(values, keys.from);
  if (text === undefined) {
    const there = entriesOf(values, keys.from).size > 0;
    return [
      `There is no ${named(keys.from)}${there ? ", or it has several entries" : ""}. Tokens of \`${issuer}\` are refused. Give it the issuer's public keys.`,
    ];
  }
  const read = readKeys(keys.form, text.reveal());
  return wrong(read).map((fault) => `The ${named(keys.from)} ${fault}. ${adviceFor(read)}`);
}

const wrong = (read: ReadKeySet): readonly string[] => (read.kind === "wrong" ? [why[read.why]] : []);
