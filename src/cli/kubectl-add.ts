#!/usr/bin/env node
import { makeKubectlAdd } from "./program.ts";
import { runProgram } from "./run-program.ts";

await runProgram(makeKubectlAdd());
