/** What the system calls a failure, such as `ENOENT`; where it has no name for it, what was thrown, as text. */
export const errorCode = (thrown: unknown): string => (thrown instanceof Error && "code" in thrown ? String(thrown.code) : String(thrown));
