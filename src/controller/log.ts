/** Writes a line of JSON for those who run the operator. Values are names and counts, never what a Secret holds. */
export type Log = (
  level: "info" | "warning" | "error",
  message: string,
  values?: Readonly<Record<string, string | number | boolean>>,
) => void;

export const jsonLog =
  (write: (line: string) => void): Log =>
  (level, message, values = {}) =>
    write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...values })}\n`);
