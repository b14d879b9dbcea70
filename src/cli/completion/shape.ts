import type { Argument, Command, Option } from "commander";

/** What a shell has to know of a program to complete its commands: taken from the program itself, so that it is never older. */
export interface ProgramShape {
  readonly name: string;
  readonly options: readonly OptionShape[];
  readonly commands: readonly CommandShape[];
}

export interface CommandShape {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly OptionShape[];
  readonly positions: readonly PositionShape[];
}

export interface OptionShape {
  /** `-h` and `--help`. */
  readonly flags: readonly string[];
  readonly description: string;
  /** Undefined for one that takes no value. */
  readonly value: ValueShape | undefined;
}

export interface PositionShape {
  readonly value: ValueShape;
  /** Whether more of the same may follow. */
  readonly more: boolean;
}

export interface ValueShape {
  /** `FILE`, as the help calls it. */
  readonly name: string;
  readonly kind: "files" | "folders" | "free" | readonly string[];
}

export function shapeOf(program: Command): ProgramShape {
  const visible = program.createHelp().visibleCommands(program);
  const names = visible.map((command) => command.name());
  return {
    name: program.name(),
    options: optionsOf(program),
    commands: visible.map((command) => ({
      name: command.name(),
      summary: command.summary() || command.description(),
      options: optionsBelow(command),
      positions: positionsOf(command, names),
    })),
  };
}

/** A command's options, or those of all commands below it. */
function optionsBelow(command: Command): readonly OptionShape[] {
  const options = [command, ...command.commands].flatMap(optionsOf);
  return [...new Map(options.map((option) => [option.flags.join(" "), option] as const)).values()];
}

/** A command's arguments; of one with others below it their names, and then files. */
function positionsOf(command: Command, programNames: readonly string[]): readonly PositionShape[] {
  if (command.commands.length === 0) return command.registeredArguments.map((argument) => positionOf(argument, programNames));
  const names = command.commands.map((inner) => inner.name());
  return [
    { value: { name: "COMMAND", kind: names }, more: false },
    { value: { name: "DOC", kind: "files" }, more: true },
  ];
}

const optionsOf = (command: Command): readonly OptionShape[] =>
  command
    .createHelp()
    .visibleOptions(command)
    .map((option) => ({
      flags: [option.short, option.long].filter((flag) => flag !== undefined && flag !== null),
      description: option.description,
      value: option.required || option.optional ? valueShape(metavariable(option), option.argChoices) : undefined,
    }));

const metavariable = ({ flags }: Option): string => /[<[]([^>\].]*)/.exec(flags)?.[1] ?? "";

function positionOf(argument: Argument, commands: readonly string[]): PositionShape {
  const name = argument.name();
  const kind = name === "COMMAND" ? commands : (argument.argChoices ?? (name === "DOC" ? "files" : "free"));
  return { value: { name, kind }, more: argument.variadic };
}

/** What may stand for an option's value is known by its choices, or by the name that the help gives it. */
function valueShape(name: string, choices: readonly string[] | undefined): ValueShape {
  if (choices !== undefined) return { name, kind: choices };
  if (name === "DIR") return { name, kind: "folders" };
  return { name, kind: name === "PATH" || name === "FILE" ? "files" : "free" };
}
