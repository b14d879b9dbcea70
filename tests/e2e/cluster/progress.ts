/** Says lines to the person. */
export type Say = (line: string) => void;

/** Nobody may read them any more: what is done goes on. */
process.stderr.on("error", (failure) => {
  if (!("code" in failure && failure.code === "EPIPE")) throw failure;
});

/** Words go to stderr: stdout is for what a program reads. */
export const say: Say = (line) => {
  process.stderr.write(`${line}\n`);
};

/** Does a step and says how long it took, in seconds. */
export async function step<T>(say: Say, what: string, act: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const value = await act();
  say(`${what.padEnd(28)} ${((performance.now() - start) / 1000).toFixed(1).padStart(6)} s`);
  return value;
}
