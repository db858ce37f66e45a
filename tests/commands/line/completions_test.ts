/** Completion as real shells do it: each test asks one. */

import assert from "node:assert/strict";
import { capture } from "../../../build/process/command.ts";
import { completedCommands } from "../../../commands/completions.ts";
import { allRoutes, NAMES } from "../../../commands/line/table.ts";
import { main } from "../../../main.ts";

const ROOT = [...NAMES, "--help", "--version"];
const FORMATS = ["folded", "parquet", "perfetto"];

/** Options with free text as value, for which some words are usual: what was typed, and what completes it. */
const FREE = [
  ["run --wake", "pi", "pipe"],
  ["run --wake", "timer,pi", "timer,pipe"],
  ["ab --trigger", "rt", "rtc"],
  ["run --load", "cp", "cpu:"],
  ["run --load", "idle,cp", "idle,cpu:"],
  ["run --target", "se", "self"],
  ["run --env", "v", "vm"],
  ["compare --fail-on", "DIFFERENT,NO", "DIFFERENT,NO-DATA"],
  ["show --by", "signature,migr", "signature,migrated"],
  ["report --by", "ttwu_s", "ttwu_stack"],
] as const;

async function script(shell: string): Promise<string> {
  let text = "";
  await main(["completions", shell], { stdout: (more) => text += more, stderr: () => {} });
  return text;
}

/** Words that a shell's script prints, one per line, in a folder with the files `a b.csv` and `c.csv`. */
async function words(argv: readonly string[], text: string): Promise<string[]> {
  const folder = Deno.makeTempDirSync();
  try {
    Deno.writeTextFileSync(`${folder}/a b.csv`, "");
    Deno.writeTextFileSync(`${folder}/c.csv`, "");
    Deno.mkdirSync(`${folder}/.scripts`);
    Deno.writeTextFileSync(`${folder}/.scripts/_probe`, text);
    const { code, stdout, stderr } = await capture([...argv], {
      cwd: folder,
      env: { HOME: `${folder}/.scripts` },
    });
    assert.deepEqual([code, stderr], [0, ""]);
    return stdout.split(/\r?\n/).filter((line) => line !== "");
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

async function bash(...line: readonly string[]): Promise<string[]> {
  const ask =
    'source .scripts/_probe; COMP_WORDS=(probe "$@"); COMP_CWORD=$#; _probe; printf "%s\\n" "${COMPREPLY[@]}"';
  return await words(["bash", "-uc", ask, "bash", ...line], await script("bash"));
}

async function fish(line: string): Promise<string[]> {
  const found = await words(
    ["fish", "--no-config", "-c", "source .scripts/_probe; complete -C $argv[1]", "probe " + line],
    await script("fish"),
  );
  return found.map((candidate) => candidate.split("\t")[0]!);
}

Deno.test("bash completes commands, options, their values and files", async () => {
  assert.deepEqual((await bash("")).sort(), ROOT.toSorted());
  assert.deepEqual(await bash("comp"), NAMES.filter((name) => name.startsWith("comp")));
  assert.deepEqual(await bash("show", "--f"), ["--format"]);
  assert.deepEqual((await bash("export", "--format", "")).sort(), FORMATS);
  assert.deepEqual(await bash("export", "--format", "=", "pa"), ["parquet"]);
  assert.deepEqual(await bash("export", "--format", "="), ["folded", "perfetto", "parquet"]);
  assert.deepEqual(await bash("compare", "c"), ["c.csv"]);
  assert.deepEqual(await bash("compare", "c.csv", "a"), ["a b.csv"]);
  assert.deepEqual(await bash("export", "--out", "c"), ["c.csv"]);
  assert.deepEqual(await bash("ab", "--kernel", "c"), ["c.csv"]);
  for (const [option, part, whole] of FREE) {
    assert.deepEqual(await bash(...option.split(" "), part), [whole], option);
  }
  assert.deepEqual((await bash("completions", "")).sort(), ["bash", "fish", "zsh"]);
  assert.deepEqual(await bash("doctor", "c"), []);
});

Deno.test("fish completes commands, options, their values and files", async () => {
  assert.deepEqual((await fish("")).filter((word) => !word.startsWith("-")).sort(), NAMES.toSorted());
  assert.deepEqual(await fish("show --f"), ["--format"]);
  assert.deepEqual((await fish("export --format ")).sort(), FORMATS);
  assert.deepEqual(await fish("export --format=pa"), ["--format=parquet"]);
  assert.deepEqual(await fish("compare c"), ["c.csv"]);
  assert.deepEqual(await fish("export --out c"), ["c.csv"]);
  for (const [option, part, whole] of FREE) {
    assert.deepEqual(await fish(`${option} ${part}`), [whole], option);
  }
  assert.deepEqual(await fish("run --wake=timer,pi"), ["--wake=timer,pipe"]);
  assert.deepEqual((await fish("completions ")).sort(), ["bash", "fish", "zsh"]);
  assert.deepEqual(await fish("doctor c"), []);
});

/** Asks a zsh on a terminal of its own, whose completion lists what it would insert. */
const ZSH = `
zmodload zsh/zpty
zpty ask zsh -f -i
zpty -w ask 'PROMPT= ; RPROMPT= ; setopt no_beep; fpath=($PWD/.scripts $fpath); autoload -Uz compinit; compinit -D -u'
zpty -w ask 'reply_with() { compadd() { if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)* ]]; then builtin compadd "$@"; return; fi; typeset -a hits; builtin compadd -A hits "$@"; (( $#hits )) && print -rl -- "HIT:"$^hits; }; _main_complete; compstate[insert]=; compstate[list]=; print END; }'
zpty -w ask 'zle -C reply_with complete-word reply_with; bindkey "^I" reply_with; print READY""NOW'
zpty -r ask line '*READYNOW*'
zpty -n -w ask "$1"$'\\t'
zpty -r ask line '*END*'
print -r -- "$line"
`;

async function zsh(line: string): Promise<string[]> {
  const found = await words(["zsh", "-fc", ZSH, "zsh", "probe " + line], await script("zsh"));
  return found.filter((text) => text.includes("HIT:")).map((text) => text.slice(text.indexOf("HIT:") + 4));
}

Deno.test("zsh completes commands, options, their values and files", async () => {
  assert.deepEqual((await zsh("")).filter((word) => !word.startsWith("-")).sort(), NAMES.toSorted());
  assert.deepEqual(await zsh("show --f"), ["--format"]);
  assert.deepEqual((await zsh("export --format ")).sort(), FORMATS);
  assert.deepEqual(await zsh("compare c"), ["c.csv"]);
  assert.deepEqual(await zsh("export --out c"), ["c.csv"]);
  for (const [option, part, whole] of FREE) {
    if (!part.includes(",")) assert.deepEqual(await zsh(`${option} ${part}`), [whole], option);
  }
  assert.deepEqual((await zsh("completions ")).sort(), ["bash", "fish", "zsh"]);
});

for (const shell of ["bash", "zsh", "fish"]) {
  Deno.test(`the script for ${shell} parses, and names every option of every command`, async () => {
    const text = await script(shell);
    const path = Deno.makeTempFileSync();
    try {
      Deno.writeTextFileSync(path, text);
      assert.deepEqual(await capture([shell, "-n", path]), { code: 0, stdout: "", stderr: "" });
    } finally {
      Deno.removeSync(path);
    }
    for (const { name, options } of completedCommands(await allRoutes())) {
      for (const option of options) {
        const inFish = option.name.startsWith("--")
          ? `-l ${option.name.slice(2)}`
          : `-s ${option.name.slice(1)}`;
        const spelled = shell === "fish" ? `from ${name}' ${inFish} ` : option.name;
        assert.ok(text.includes(spelled), `${name} ${option.name}`);
      }
    }
  });
}

Deno.test("another shell is refused with those there are", async () => {
  let stderr = "";
  const code = await main(["completions", "tcsh"], { stdout: () => {}, stderr: (text) => stderr += text });
  assert.deepEqual([code, stderr], [
    2,
    'probe: SHELL: there are no completions for "tcsh"; name bash, zsh, fish\n',
  ]);
});
