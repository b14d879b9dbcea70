import { cannotRun } from "./parts/debian.ts";
import { say } from "./progress.ts";

/** Whether tests in a cluster run on this machine, and says why where they do not. They are skipped then, but in CI: there they are to run. */
export async function runsHere(): Promise<"runs" | "skipped" | "failed"> {
  const why = await cannotRun();
  if (why === undefined) return "runs";
  const mayBeSkipped = process.env.CI === undefined;
  say(mayBeSkipped ? `Skipped. ${why}` : why);
  return mayBeSkipped ? "skipped" : "failed";
}
