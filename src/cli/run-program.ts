import type { Command } from "commander";
import { exitCodeOf } from "./program.ts";
import { quietWhenUnread, reportUnexpected } from "./unexpected.ts";

/** Runs a program with the arguments of the command line, to its end; the process gets its exit code. */
export async function runProgram(program: Command): Promise<void> {
  process.on("uncaughtException", (thrown) => {
    reportUnexpected(thrown);
    process.exit(1);
  });
  quietWhenUnread(process.stdout, process.stderr);
  process.exitCode = (await exitCodeOf(program, process.argv.slice(2))) ?? process.exitCode;
}
