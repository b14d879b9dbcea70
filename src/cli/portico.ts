#!/usr/bin/env node
import { exitCodeOf } from "./program.ts";
import { quietWhenUnread, reportUnexpected } from "./unexpected.ts";

process.on("uncaughtException", (thrown) => {
  reportUnexpected(thrown);
  process.exit(1);
});
quietWhenUnread(process.stdout, process.stderr);
process.exitCode = (await exitCodeOf(process.argv.slice(2))) ?? process.exitCode;
