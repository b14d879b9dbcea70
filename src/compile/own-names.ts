/** Ajv's program, in which it remembers the texts of a list by an object: one without a prototype, for in any other `__proto__` is a name that nothing is kept under. */
export const withOwnNames = (program: string): string =>
  program.replace(/^const (indices\d+) = \{\};$/gm, "const $1 = Object.create(null);");
