#!/usr/bin/env node
import { makeKubectlPlugin } from "./program.ts";
import { runProgram } from "./run-program.ts";

await runProgram(makeKubectlPlugin("add"));
