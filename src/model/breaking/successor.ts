import type { ApiContract } from "../contract.ts";

/**
 * What took the place of one of an API's documents, of those that there are now: the one below its base path, of its name where there are several; undefined
 * where none is.
 */
export function successorOf<T>({ name, basePath }: ApiContract, now: readonly T[], contractIn: (one: T) => ApiContract): T | undefined {
  const same = now.filter((one) => contractIn(one).basePath === basePath);
  return same.find((one) => contractIn(one).name === name) ?? same[0];
}
