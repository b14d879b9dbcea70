import type { Meanings } from "./texts.ts";
import type { Validator } from "./violation.ts";

type Failures = ReturnType<Validator>;

/** The failures of the likeliest meaning, and none where another one is right. */
export function leastWrong([first, ...others]: Meanings, validate: Validator): Failures {
  const failures = validate(first);
  return failures.length > 0 && others.some((meaning) => validate(meaning).length === 0) ? [] : failures;
}

/** A text means few things, and what is not right by then is not for that. */
const mostRounds = 8;

/** The same for an object by what its members may stand for: those that are at fault are taken in their next meaning. */
export function leastWrongObject(members: readonly (readonly [name: string, meanings: Meanings])[], validate: Validator): Failures {
  const chosen = new Map<string, number>();
  const failuresNow = (): Failures =>
    validate(Object.fromEntries(members.map(([name, meanings]) => [name, meanings[chosen.get(name) ?? 0]])));
  const first = failuresNow();
  let failures = first;
  for (let round = 0; failures.length > 0 && round < mostRounds; round++) {
    const wrong = new Set(failures.map(({ instancePath }) => memberAt(instancePath)));
    const next = members.filter(([name, meanings]) => wrong.has(name) && (chosen.get(name) ?? 0) + 1 < meanings.length);
    if (next.length === 0) return first;
    for (const [name] of next) chosen.set(name, (chosen.get(name) ?? 0) + 1);
    failures = failuresNow();
  }
  return failures.length > 0 ? first : [];
}

const memberAt = (pointer: string): string | undefined => pointer.split("/", 2)[1]?.replaceAll("~1", "/").replaceAll("~0", "~");
