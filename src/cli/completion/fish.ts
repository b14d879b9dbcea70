import type { CommandShape, OptionShape, ProgramShape, ValueShape } from "./shape.ts";

/** A script for fish (fish documentation, "complete"). */
export function fishScript({ name, options, commands }: ProgramShape): string {
  const line = (...words: readonly string[]): string => `complete -c ${name} ${words.join(" ")}`;
  const first = "-n __fish_use_subcommand";
  const lines = [
    line("-f"),
    ...options.map((option) => line(first, ...optionWords(option))),
    ...commands.map((command) => line(first, "-a", command.name, "-d", quoted(command.summary))),
    ...commands.flatMap((command) => {
      const after = `-n ${quoted(`__fish_seen_subcommand_from ${command.name}`)}`;
      return [
        ...command.options.map((option) => line(after, ...optionWords(option))),
        ...positionWords(command).map((words) => line(after, words)),
      ];
    }),
  ];
  return [`# Completion of ${name} for fish.`, ...lines].map((text) => `${text}\n`).join("");
}

const quoted = (text: string): string => `'${text.replaceAll(/[\\']/g, "\\$&")}'`;

const optionWords = ({ flags, description, value }: OptionShape): readonly string[] => [
  ...flags.map((flag) => (flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`)),
  ...(value === undefined ? [] : [valueWords(value)]),
  `-d ${quoted(description)}`,
];

function valueWords({ kind }: ValueShape): string {
  if (kind === "free") return "-x";
  if (kind === "files") return "-r -F";
  return kind === "folders" ? "-x -a '(__fish_complete_directories)'" : `-x -a ${quoted(kind.join(" "))}`;
}

/** Where files may stand fish offers files; elsewhere the words of the first position. */
function positionWords({ positions }: CommandShape): readonly string[] {
  if (positions.some(({ value }) => value.kind === "files")) return ["-F"];
  return positions.flatMap(({ value }) => (typeof value.kind === "string" ? [] : [`-a ${quoted(value.kind.join(" "))}`]));
}
