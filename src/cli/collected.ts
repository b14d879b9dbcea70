/** An option that may be repeated: all of its values, in order. */
export const collected = (value: string, before: readonly string[]): readonly string[] => [...before, value];
