/** So many are kept of a value. A message of a megabyte may have millions, each an object, and 50 are told. */
const mostKept = 1_000;

// What Ajv writes to keep what is wrong, a line for each statement. No text of a document has a line of its own.

const kept =
  /^const (err\d+) = (\{.*\});\nif\(vErrors === null\)\{\nvErrors = \[\1\];\n\}\nelse \{\nvErrors\.push\(\1\);\n\}\nerrors\+\+;$/gm;
const joined = /^vErrors = vErrors === null \? (.+) : vErrors\.concat\(\1\);\nerrors = vErrors\.length;$/gm;
const dropped = /^vErrors\.length = (_errs\d+);$/gm;

/**
 * The program of Ajv's, with no more than so many errors kept. All are counted, as by Ajv, for by how many there are it knows whether a choice is right, and those of a choice that
 * is not count for nothing in the end.
 */
export const withBoundedErrors = (program: string): string =>
  program
    .replace(kept, (_, __, error) => `if(errors < ${mostKept}){\n(vErrors ??= []).push(${error});\n}\nerrors++;`)
    .replace(
      joined,
      (_, errors) =>
        `errors += ${errors}.length;\nvErrors = vErrors === null ? ${errors} : vErrors.length < ${mostKept} ? vErrors.concat(${errors}).slice(0, ${mostKept}) : vErrors;`,
    )
    .replace(dropped, "vErrors.length = Math.min($1, vErrors.length);");
