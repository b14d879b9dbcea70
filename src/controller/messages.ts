import { kindNames } from "../api/kinds.ts";
import { type Place, type Problem, showPlace } from "../problem.ts";
import { tokens } from "../text/pointer.ts";

const longest = 1000;

/** Problems as the message of a condition: the first errors in full, as many as have room, and how many there are more. */
export function messageOf(problems: readonly Problem[]): string {
  const errors = problems.filter(({ severity }) => severity === "error");
  const lines = errors.map(({ where, message, log = [] }) => [`${placeInCluster(where)}: ${message}`, ...log.slice(-5)].join("\n"));
  let text = (lines[0] ?? "").slice(0, longest);
  for (const [index, line] of lines.entries()) {
    if (index === 0) continue;
    if (text.length + line.length > longest) return `${text}\n(and ${lines.length - index} more)`;
    text += `\n${line}`;
  }
  return text;
}

/** A document's place is a line. An object has none that its author knows: there it is the field, `API/petstore spec.replicas`. */
function placeInCluster(place: Place): string {
  if (!kindNames.some((kind) => place.source.startsWith(`${kind}/`))) return showPlace(place);
  const field = tokens(place.pointer)
    .map((token) => (/^\d+$/.test(token) ? `[${token}]` : `.${token}`))
    .join("")
    .replace(/^\./, "");
  return field === "" ? place.source : `${place.source} ${field}`;
}
