import { type Checked, checked } from "../problem.ts";

/** As many at once: each upload may hold a chunk of a blob in memory. */
const atOnce = 6;

/** Does something for each item, several at once; after a failure nothing new is begun, and the first failure is the outcome. */
export async function inParallel<T>(items: readonly T[], act: (item: T) => Promise<Checked<unknown>>): Promise<Checked<void>> {
  const left = [...items];
  let failure: Checked<void> | undefined;
  const work = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined && failure === undefined; item = left.shift()) {
      const done = await act(item);
      if (!done.ok) failure ??= done;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return failure ?? checked(undefined, []);
}
