import type { CommandShape, OptionShape, PositionShape, ProgramShape, ValueShape } from "./shape.ts";

/**
 * A script for bash (Bash Reference Manual, "Programmable Completion"), 3.2 and later. Bash takes `--format=json` apart into three words,
 * since `=` is one of COMP_WORDBREAKS.
 */
export function bashScript({ name, options, commands }: ProgramShape): string {
  const all = commands.map((command) => command.name).join(" ");
  const own = [{ name: "", summary: "", options, positions: [] }, ...commands];
  return `# Completion of ${name} for bash.
_${name}_words() {
  COMPREPLY=($(compgen -W "$1" -- "$current"))
}
_${name}_paths() {
  local path
  compopt -o filenames 2>/dev/null
  while IFS= read -r path; do COMPREPLY+=("$path"); done < <(compgen "$1" -- "$current")
}
_${name}() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} command="" position=0 index
  COMPREPLY=()
  if [[ $current == "=" ]]; then
    current=""
  elif [[ $previous == "=" ]]; then
    previous=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((index = 1; index < COMP_CWORD; index++)); do
    case "$command \${COMP_WORDS[index]}" in
      ${own
        .flatMap(valued)
        .map(({ word }) => `"${word}"`)
        .join(" | ")})
        [[ \${COMP_WORDS[index + 1]} == "=" ]] && ((index++))
        ((index++))
        ;;
      *" -"*) ;;
      " "*) command=\${COMP_WORDS[index]} ;;
      *) ((position++)) ;;
    esac
  done
  case "$command $previous" in
${own
  .flatMap(valued)
  .map(({ word, value }) => `    "${word}") ${answer(name, value)}; return ;;`)
  .join("\n")}
  esac
  if [[ $current == -* ]]; then
    case $command in
${own.map((command) => `      "${command.name}") _${name}_words "${flags(command)}" ;;`).join("\n")}
    esac
    return
  fi
  case "$command $position" in
    " 0") _${name}_words "${all}" ;;
${commands.flatMap((command) => command.positions.map((position, index) => positionCase(name, command, position, index))).join("\n")}
  esac
}
complete -F _${name} ${name}
`;
}

const flags = ({ options }: CommandShape): string => options.flatMap((option) => option.flags).join(" ");

/** Each flag that takes a value, with its command before it, as the script's cases have it. */
const valued = ({ name, options }: CommandShape): readonly { readonly word: string; readonly value: ValueShape }[] =>
  options.flatMap(({ flags: written, value }: OptionShape) =>
    value === undefined ? [] : written.map((flag) => ({ word: `${name} ${flag}`, value })),
  );

const positionCase = (program: string, { name }: CommandShape, { value, more }: PositionShape, index: number): string =>
  `    ${more ? `"${name} "*` : `"${name} ${index}"`}) ${answer(program, value)} ;;`;

function answer(program: string, { kind }: ValueShape): string {
  if (kind === "free") return ":";
  if (kind === "files") return `_${program}_paths -f`;
  return kind === "folders" ? `_${program}_paths -d` : `_${program}_words "${kind.join(" ")}"`;
}
