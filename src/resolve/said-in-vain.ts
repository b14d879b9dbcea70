import { error, type Problem } from "../problem.ts";
import { child, members, placeOf } from "../text/node.ts";
import { didYouMean } from "../text/suggest.ts";
import { isMapped, type Requirements, securityName } from "./demands.ts";
import type { Whole } from "./whole.ts";

/** What operations asked for, as it was found out operation by operation. */
export interface Asked {
  readonly requirements: Requirements;
  readonly isOpen: boolean;
}

/**
 * What a document says of protection and nothing heeds, so that a slip of the pen opens no door: scopes where no credential is asked for, a name in
 * `schemes` that is none, and two schemes whose names come to the same Security's.
 */
export function saidInVain(whole: Whole, asked: readonly Asked[]): readonly Problem[] {
  const needed = asked.flatMap(({ requirements }) => requirements.alternatives.flatMap(({ schemes }) => schemes));
  const names = new Set(needed.filter(({ isSecurity }) => isSecurity !== true).map(({ name }) => name));
  return [...unheededScopes(asked), ...openAndGuarded(whole), ...unknownSchemes(whole, names), ...sameSecurity(whole, names)];
}

function unheededScopes(asked: readonly Asked[]): readonly Problem[] {
  const said = new Map(
    asked.flatMap(({ requirements: { scopesAt } }) => (scopesAt === undefined ? [] : [[scopesAt.pointer, scopesAt] as const])),
  );
  for (const { requirements, isOpen } of asked)
    if (!isOpen && requirements.scopesAt !== undefined) said.delete(requirements.scopesAt.pointer);
  const message =
    "These scopes are asked of nobody, for what they stand at needs no credential. Say `security`, too, or leave `scopes` out.";
  return [...said.values()].map((node) => error("BadSecurity", placeOf(node), message));
}

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
