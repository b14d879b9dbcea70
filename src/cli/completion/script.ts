import type { Command } from "commander";
import { bashScript } from "./bash.ts";
import { fishScript } from "./fish.ts";
import { shapeOf } from "./shape.ts";
import { zshScript } from "./zsh.ts";

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

/** The script that completes a program's commands in a shell. */
export const completionScript = (program: Command, shell: keyof typeof scripts): string => scripts[shell](shapeOf(program));
