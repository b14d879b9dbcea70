#!/usr/bin/env node
import { makeProgram } from "./program.ts";
import { runProgram } from "./run-program.ts";

await runProgram(makeProgram());
