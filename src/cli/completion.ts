import { Argument, type Command } from "commander";

const examples = `
Examples:
  $ source <(portico completion bash)         for this shell; put the line into ~/.bashrc for every one
  $ portico completion zsh > "\${fpath[1]}/_portico"
  $ portico completion fish > ~/.config/fish/completions/portico.fish
`;

/** Adds `portico completion`. */
export function addCompletion(program: Command): void {
  program
    .command("completion")
    .summary("print a script that completes portico's commands in a shell")
    .description("Prints a script with which a shell completes portico's commands, options and files.")
    .addArgument(new Argument("<SHELL>", "the shell").choices(["bash", "zsh", "fish"]))
    .addHelpText("after", examples)
    .action(async (shell: "bash" | "zsh" | "fish") => {
      const { completionScript } = await import("./completion/script.ts");
      process.stdout.write(completionScript(program, shell));
    });
}
