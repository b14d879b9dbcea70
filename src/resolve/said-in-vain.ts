import type { SecurityRequirement } from "../openapi/document.ts";
import { error, type Problem, warning } from "../problem.ts";
import { child, members, type Node, placeOf } from "../text/node.ts";
import { didYouMean } from "../text/suggest.ts";
import { isMapped, type Requirements, securityName } from "./demands.ts";
import type { Whole } from "./whole.ts";

/** What operations asked for, as it was found out operation by operation. */
export interface Asked {
  readonly requirements: Requirements;
  readonly isOpen: boolean;
  /** The alternatives that are checked, by credentials none of which has scopes. */
  readonly scopeless: readonly SecurityRequirement[];
}

/**
 * What a document says of protection and nothing heeds, so that a slip of the pen opens no door: scopes where no credential is asked for, or one
 * that has none, a name in `schemes` that is none, and two schemes whose names come to the same Security's.
 */
export function saidInVain(whole: Whole, asked: readonly Asked[]): readonly Problem[] {
  const needed = asked.flatMap(({ requirements }) => requirements.alternatives.flatMap(({ schemes }) => schemes));
  const names = new Set(needed.filter(({ isSecurity }) => isSecurity !== true).map(({ name }) => name));
  return [...unheededScopes(asked), ...openAndGuarded(whole), ...unknownSchemes(whole, names), ...sameSecurity(whole, names)];
}

/** Scopes by where they are said: what is said once may count for many operations. */
function unheededScopes(asked: readonly Asked[]): readonly Problem[] {
  const said = new Map<string, { readonly at: Node; readonly asked: Asked[] }>();
  for (const one of asked) {
    const { scopes, scopesAt } = one.requirements;
    if (scopesAt === undefined || scopes.length === 0) continue;
    const key = JSON.stringify([scopesAt.file.name, scopesAt.pointer]);
    const before = said.get(key);
    if (before === undefined) said.set(key, { at: scopesAt, asked: [one] });
    else before.asked.push(one);
  }
  return [...said.values()].flatMap((one) => unheeded(one.at, one.asked));
}

function unheeded(at: Node, asked: readonly Asked[]): readonly Problem[] {
  if (asked.every(({ isOpen }) => isOpen)) {
    const message =
      "These scopes are asked of nobody, for what they stand at needs no credential. Say `security`, too, or leave `scopes` out.";
    return [error("BadSecurity", placeOf(at), message)];
  }
  const lost = asked.filter(({ isOpen, requirements, scopeless }) => !isOpen && scopeless.length === requirements.alternatives.length);
  const names = namesOf(lost.length > 0 ? lost : asked);
  if (names === "") return [];
  const wrong = `These scopes are not asked of who comes with ${names}, for such a credential has none`;
  const mend = `Let a Security of type jwt or oauth2 check ${names}`;
  if (lost.length > 0)
    return [error("BadSecurity", placeOf(at), `${wrong}. ${mend}, or say \`x-portico: {scopes: []}\` where nothing else is asked for.`)];
  const enough = `${wrong}: it is enough as it is. ${mend}, or say the scopes in \`security\`, beside what has them.`;
  return [warning("BadSecurity", placeOf(at), enough)];
}

/** What the alternatives without scopes ask for, each once. */
const namesOf = (asked: readonly Asked[]): string =>
  [...new Set(asked.flatMap(({ scopeless }) => scopeless.flatMap(({ schemes }) => schemes.map(({ name }) => `\`${name}\``))))].join(" or ");

/** Certificates that every client must show, in a document that lets everybody in. */
function openAndGuarded({ level: { extension }, credentials }: Whole): readonly Problem[] {
  if (extension?.fields.security !== false || credentials.certificates === undefined) return [];
  const message =
    "The document lets everybody in, and wants everybody's certificate: nobody would be asked for one. Take out what switches security off, or what asks for certificates.";
  return [error("BadSecurity", placeOf(extension.at("security")), message)];
}

function unknownSchemes({ document, level }: Whole, names: ReadonlySet<string>): readonly Problem[] {
  const known = [...new Set([...document.schemes.keys(), ...names])];
  const list = level.extension?.at("schemes");
  return (list === undefined ? [] : members(list)).flatMap(([name, member]) =>
    known.includes(name)
      ? []
      : [
          error(
            "WrongValue",
            placeOf(member),
            `\`${name}\` is no security scheme that the document has or asks for.${didYouMean(name, known)}`,
          ),
        ],
  );
}

function sameSecurity(whole: Whole, names: ReadonlySet<string>): readonly Problem[] {
  const first = new Map<string, string>();
  return [...names].flatMap((name) => {
    if (isMapped(whole, name)) return [];
    const security = securityName(whole, { name });
    const other = first.get(security);
    if (other === undefined) first.set(security, name);
    if (other === undefined) return [];
    const where = whole.document.schemes.get(name)?.where ?? child(whole.document.root, "components");
    const message = `\`${other}\` and \`${name}\` both come to the Security \`${security}\`. Say which checks which: \`x-portico: {schemes: {...}}\`.`;
    return [error("BadSecurity", placeOf(where), message)];
  });
}
