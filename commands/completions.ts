/** `probe completions SHELL`: a shell's script, generated from the table of routes. */

import { EXIT, type ExitCode } from "../analysis/failure.ts";
import { argumentsOf, optionsOf, type Routes } from "./options.ts";

/** What may stand at a place of the command line: a file, one of some words, or anything. */
type Value = "file" | "any" | readonly string[];

interface Option {
  /** Including its dashes. */
  readonly name: string;
  readonly brief: string;
  /** null: it takes no value. */
  readonly value: Value | null;
}

export interface CompletedCommand {
  readonly name: string;
  readonly brief: string;
  readonly options: readonly Option[];
  /** What each argument that is not an option may be; null: the command takes none. */
  readonly argument: Value | null;
}

const HELP: Option = { name: "--help", brief: "Print help information and exit", value: null };
const ROOT_OPTIONS: readonly Option[] = [
  HELP,
  { name: "--version", brief: "Print version information and exit", value: null },
];

/** The part of the table of routes that completion needs. */
export function completedCommands(routes: Routes): CompletedCommand[] {
  return Object.entries(routes).map(([name, route]) => {
    const [argument] = argumentsOf(route);
    return {
      name,
      brief: route.brief,
      options: [
        ...optionsOf(route).flatMap(({ name, short, brief, metavar, values }) => {
          const value = metavar === null ? null : valueOf(metavar, values, "any");
          return [name, ...short === null ? [] : [short]].map((name) => ({ name, brief, value }));
        }),
        HELP,
      ],
      argument: argument === undefined ? null : valueOf(argument.form, argument.values, "file"),
    };
  });
}

function valueOf(metavar: string, values: readonly string[], otherwise: Value): Value {
  if (values.length > 0) return values;
  return metavar === "FILE" || metavar === "FOLDER" ? "file" : otherwise;
}

const words = (names: readonly { readonly name: string }[]) => names.map(({ name }) => name).join(" ");

/** For bash 4 and later: `source <(probe completions bash)`. */
function bashScript(commands: readonly CompletedCommand[]): string {
  const candidates = (value: Value) =>
    value === "file"
      ? 'compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$word")'
      : value === "any"
      ? ":"
      : `_probe_words "$word" ${value.join(" ")}`;
  const values = commands.flatMap(({ name, options }) =>
    options.flatMap((option) =>
      option.value === null ? [] : [`    "${name} ${option.name}") ${candidates(option.value)}; return ;;`]
    )
  );
  return `# bash completion of probe, by: probe completions bash
# One of some words, or several with commas between them.
_probe_words() {
  local last=\${1##*,}
  mapfile -t COMPREPLY < <(compgen -P "\${1%"$last"}" -W "\${*:2}" -- "$last")
}
_probe() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]}
  COMPREPLY=()
  # bash takes the sign of --name=value for a word of its own.
  if [ "$word" = "=" ]; then word=
  elif [ "$before" = "=" ]; then before=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  if [ "$COMP_CWORD" -eq 1 ]; then
    mapfile -t COMPREPLY < <(compgen -W "${words(commands)} ${words(ROOT_OPTIONS)}" -- "$word")
    return
  fi
  case "$command $before" in
${values.join("\n")}
  esac
  case "$command $word" in
${
    commands.map(({ name, options }) =>
      `    "${name} -"*) mapfile -t COMPREPLY < <(compgen -W "${words(options)}" -- "$word"); return ;;`
    ).join("\n")
  }
  esac
  case "$command" in
${
    commands.flatMap(({ name, argument }) =>
      argument === null ? [] : [`    ${name}) ${candidates(argument)} ;;`]
    )
      .join("\n")
  }
  esac
}
complete -F _probe probe
`;
}

/** For zsh: a file named _probe in a folder of $fpath. */
function zshScript(commands: readonly CompletedCommand[]): string {
  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  const brief = (text: string) => text.replaceAll(/[[\]\\]/g, "\\$&");
  const action = (value: Value) =>
    value === "file" ? "_files" : value === "any" ? " " : `(${value.join(" ").replaceAll(":", "\\:")})`;
  const described = (names: readonly { readonly name: string; readonly brief: string }[]) =>
    names.map((item) => quoted(`${item.name.replaceAll(":", "\\:")}:${item.brief.replaceAll(":", "\\:")}`))
      .join(" ");
  const cases = commands.map(({ name, options, argument }) => {
    const specs = [
      ...options.map((option) =>
        quoted(
          option.value === null
            ? `${option.name}[${brief(option.brief)}]`
            : `${option.name}${option.name.startsWith("--") ? "=" : ""}[${brief(option.brief)}]:${
              option.name.replaceAll("-", " ").trim()
            }:${action(option.value)}`,
        )
      ),
      ...argument === null ? [] : [quoted(`*:argument:${action(argument)}`)],
    ];
    return `    ${name}) _arguments ${specs.join(" \\\n      ")} ;;`;
  });
  return `#compdef probe
# zsh completion of probe, by: probe completions zsh
_probe() {
  local -a commands options
  if (( CURRENT == 2 )); then
    commands=(${described(commands)})
    options=(${described(ROOT_OPTIONS)})
    _describe command commands
    _describe option options
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join("\n")}
  esac
}
if [ "$funcstack[1]" = _probe ]; then _probe "$@"; else compdef _probe probe; fi
`;
}

/** For fish: `probe completions fish | source`. */
function fishScript(commands: readonly CompletedCommand[]): string {
  const quoted = (text: string) => `'${text.replaceAll(/[\\']/g, "\\$&")}'`;
  const line = (...parts: readonly string[]) => ["complete -c probe", ...parts].join(" ");
  const valued = (value: Value) =>
    value === "file"
      ? "-r -F"
      : value === "any"
      ? "-x"
      : `-x -a ${quoted(`(_probe_words ${value.join(" ")})`)}`;
  const lines = [
    "# fish completion of probe, by: probe completions fish",
    "# One of some words, or several with commas between them.",
    "function _probe_words",
    "  set -l done (string match -r '^.*,' -- (string replace -r '^--[^=]*=' '' -- (commandline -ct)))",
    "  printf '%s\\n' \"$done\"$argv",
    "end",
    line("-f"),
    ...commands.map(({ name, brief }) => line("-n __fish_use_subcommand -a", name, "-d", quoted(brief))),
    ...ROOT_OPTIONS.map(({ name, brief }) =>
      line("-n __fish_use_subcommand -l", name.slice(2), "-d", quoted(brief))
    ),
  ];
  for (const { name, options, argument } of commands) {
    const inside = `-n '__fish_seen_subcommand_from ${name}'`;
    for (const option of options) {
      const value = option.value === null ? [] : [valued(option.value)];
      const [, dashes, name] = /^(-+)(.*)$/.exec(option.name)!;
      lines.push(line(inside, dashes === "--" ? "-l" : "-s", name!, ...value, "-d", quoted(option.brief)));
    }
    if (argument === "file") lines.push(line(inside, "-F"));
    else if (Array.isArray(argument)) lines.push(line(inside, "-a", quoted(argument.join(" "))));
  }
  return lines.join("\n") + "\n";
}

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

export type Shell = keyof typeof SCRIPTS;

/** @param write receives the script */
export function completionsCommand(shell: Shell, routes: Routes, write: (text: string) => void): ExitCode {
  write(SCRIPTS[shell](completedCommands(routes)));
  return EXIT.done;
}
