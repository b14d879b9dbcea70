import type { CommandShape, OptionShape, PositionShape, ProgramShape, ValueShape } from "./shape.ts";

/** A script for zsh (zsh manual, "Completion System": _arguments, _describe); it may be sourced, or stand in a folder of fpath. */
export function zshScript({ name, options, commands }: ProgramShape): string {
  const described = commands.map((command) => `    ${quoted(`${command.name}:${command.summary}`)}`);
  return `#compdef ${name}
# Completion of ${name} for zsh.
_${name}() {
  local context state state_descr line
  typeset -A opt_args
  local -a commands
  commands=(
${described.join("\n")}
  )
  _arguments -C ${[...options.map(optionSpec), "'1:command:->command'", "'*::argument:->argument'"].join(" \\\n    ")} && return
  case $state in
    command) _describe command commands ;;
    argument)
      case $words[1] in
${commands.map((command) => `        ${command.name}) _arguments ${specs(command).join(" \\\n          ")} ;;`).join("\n")}
      esac
      ;;
  esac
}
if [[ $funcstack[1] == _${name} ]]; then
  _${name} "$@"
else
  compdef _${name} ${name}
fi
`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
const described = (text: string): string => text.replaceAll(/[[\]:\\]/g, "\\$&");

const specs = ({ options, positions }: CommandShape): readonly string[] => [
  ...options.map(optionSpec),
  ...positions.map((position, index) => positionSpec(position, index)),
];

/** The star offers an option again that stands there already; `=` takes its value as a word of its own or after the sign. */
function optionSpec({ flags, description, value }: OptionShape): string {
  const action = value === undefined ? "" : valueSpec(value);
  return flags
    .map((flag) => quoted(`*${flag}${value !== undefined && flag.startsWith("--") ? "=" : ""}[${described(description)}]${action}`))
    .join(" ");
}

const positionSpec = ({ value, more }: PositionShape, index: number): string => quoted(`${more ? "*" : index + 1}${valueSpec(value)}`);

function valueSpec({ name, kind }: ValueShape): string {
  const actions = { files: "_files", folders: "_files -/", free: " " } as const;
  return `:${described(name)}:${typeof kind === "string" ? actions[kind] : `(${kind.join(" ")})`}`;
}
