import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { Failure } from "../../../analysis/failure.ts";
import { main } from "../../../main.ts";
import { canonicalRunbook, declareRunbook } from "../../../runbook/protocol/runbook.ts";
import { factOf } from "../../../runbook/machine/toml_file.ts";
import { defaultSettings, parseRunbook, readRunbookFile } from "../../../runbook/protocol/runbook_file.ts";

const DEFAULT_TOML = Deno.readTextFileSync("runbook/protocol/default.toml");

function message(attempt: () => unknown): string {
  try {
    attempt();
  } catch (error) {
    assert.ok(error instanceof Failure, String(error));
    assert.equal(error.exitCode, 2);
    return error.message;
  }
  assert.fail("it must be refused");
}

Deno.test("the default runbook has a value for every field, each in its one spelling", () => {
  const { version, ...runbook } = declareRunbook({});
  assert.deepEqual(defaultSettings(), runbook);
  assert.equal(version, 1);
  const keys = [...DEFAULT_TOML.matchAll(/^(\w+) = /gm)].map(([, key]) => key);
  assert.equal(keys.length, Object.keys(runbook).length + 1);
});

Deno.test("each key of the default runbook has a comment of its own, or shares the one above it", () => {
  const paragraphs = DEFAULT_TOML.trimEnd().split("\n\n").slice(1);
  for (const paragraph of paragraphs.slice(1)) {
    assert.match(paragraph, /^# [^\n]+\n(# [^\n]+\n)*\w+ = /, paragraph);
  }
});

Deno.test("the examples in the default runbook's comments are values that can be given", () => {
  const examples = {
    wakes: '["timer", "pipe"]',
    loads: '["idle", "cpu:2"]',
    stacks: '"every:2"',
    hours: '"22-05"',
    cpus: "[0, 1]",
    vcpus: '["free", "pinned"]',
    policy: '"batch"',
    cpu_dma_latency: '"20us"',
    deepest_idle_state: '"C1"',
    deadline: '"5ms"',
  };
  for (const [key, value] of Object.entries({ ...examples, clocksource: '"tsc"' })) {
    const paragraph = DEFAULT_TOML.split("\n\n").find((text) => text.includes(`\n${key} = `));
    assert.ok(paragraph?.includes(value), key);
    assert.notDeepEqual(declareRunbook(parseRunbook("f", `${key} = ${value}`).settings), declareRunbook({}));
  }
});

Deno.test("the options' defaults in the help are those of the default runbook", async () => {
  let help = "";
  await main(["run", "--help"], { stdout: (text) => help += text, stderr: () => {} });
  const said = help.replaceAll(/\s+/g, " ");
  const [, period] = /^period = "(.*)"$/m.exec(DEFAULT_TOML) ?? [];
  const defaults: Readonly<Record<string, unknown>> = { ...defaultSettings(), period };
  const found = said.slice(said.indexOf("OPTIONS ")).split(" --").flatMap((option) => {
    const [, name = "", value] = /^([\w-]+) [A-Z]+ .*\(default ([^)]+)\)/.exec(option) ?? [];
    return name in defaults ? [[name, value]] : [];
  });
  assert.ok(found.length >= 6, said);
  for (const [name, value] of found) assert.equal(value, String(defaults[name!]), name);
});

Deno.test("a file gives any of the fields, lists as lists and durations with units", () => {
  const { settings } = parseRunbook(
    "lab.toml",
    `
version = 1
runs = 1_000
"period" = "2.5ms"
'wakes' = ["timer", # the kernel's own
  "pipe",
]
loads = ["idle", "cpu:2"]
stacks = "every:3"
hours = "22-05"
cpus = [1, 0]
policy = "other"
priority = "inherit"
nice = -5
cpu_dma_latency = "0us"
deepest_idle_state = "C1"
alpha = 1e-2
offset_margin = "50us"
tail_margin = "12.5%"
deadline = "5ms"
boots = 5
vcpus = ["free", "half"]
`,
  );
  assert.deepEqual(settings, {
    runs: 1000,
    period_ns: 2_500_000,
    wake: "timer,pipe",
    load: "idle,cpu:2",
    stacks: "every:3",
    hours: "22-05",
    cpus: "1,0",
    policy: "other",
    priority: "inherit",
    nice: -5,
    cpu_dma_latency_ns: 0,
    deepest_idle_state: "C1",
    alpha: 0.01,
    offset_margin: "50us",
    boots: 5,
    vcpus: "free,half",
    tail_margin_percent: 12.5,
    deadline_ns: 5_000_000,
  });
  assert.equal(declareRunbook(settings).cpus, "0,1");
});

Deno.test("an empty file declares what no file does", () => {
  assert.deepEqual(declareRunbook(parseRunbook("empty.toml", "# nothing\n").settings), declareRunbook({}));
});

/** The whole message; without `; REMEDY` when that is not checked. */
const REFUSED: readonly (readonly [what: string, text: string, message: string])[] = [
  ["a syntax error", "runs = 3\nperiod =\n", "lab.toml line 2: no TOML: "],
  ["a key twice", 'runs = 3\nhours = "any"\nruns = 4\n', "lab.toml line 3: no TOML: "],
  [
    "an unknown key",
    "runs = 3\n\nperoid = 1\n",
    "lab.toml line 3: peroid: there is no such key; did you mean period?",
  ],
  [
    "an option's name for a key",
    'load = "idle"',
    "lab.toml line 1: load: there is no such key; did you mean loads?",
  ],
  [
    "a field's name for a key",
    "period_ns = 1",
    "lab.toml line 1: period_ns: there is no such key; did you mean period?",
  ],
  [
    "a key like no other",
    "\n\nshoe = 1",
    "lab.toml line 3: shoe: there is no such key; the keys are version, runs, ",
  ],
  [
    "a key of an object",
    "constructor = 1",
    "lab.toml line 1: constructor: there is no such key; the keys are ",
  ],
  ["an unknown table", "runs = 3\n[lab]\nruns = 4\n", "lab.toml line 2: lab: there is no such key"],
  ["a list of unknown tables", "[[lab]]\nruns = 4\n", "lab.toml line 1: lab: there is no such key"],
  [
    "a table for a value",
    "\n[runs]\nvalue = 4\n",
    "lab.toml line 2: runs: it is a table; give a whole number",
  ],
  ["a dotted key for a value", "alpha = 0.1\nruns.value = 4\n", "lab.toml line 2: runs: it is a table"],
  [
    "an inline table for a value",
    "target = { pid = 1 }",
    "lab.toml line 1: target: it is a table; give text",
  ],
  ["a key inside a table like one outside", "[period]\nruns = 0\n", "lab.toml line 1: period: it is"],
  [
    "a version of the future",
    "version = 2",
    "lab.toml line 1: version: 2 is not known here; this probe reads ",
  ],
  ["a version in quotes", 'version = "1"', "lab.toml line 1: version: it is text; this probe reads "],
  ["a number in quotes", 'runs = "30"', "lab.toml line 1: runs: it is text; give a whole number"],
  ["a fraction for a count", "runs = 30.0", "lab.toml line 1: runs: it is a number with a fraction"],
  ["true for a count", "runs = true", "lab.toml line 1: runs: it is true or false"],
  [
    "no number for an error rate",
    "alpha = nan",
    "lab.toml line 1: alpha: it is nan; give a number, such as 0.05",
  ],
  [
    "no number for a duration",
    "period = -inf",
    'lab.toml line 1: period: it is -inf; give a duration, such as "100ms"',
  ],
  ["no number for a list", "loads = inf", "lab.toml line 1: loads: it is inf; give a list of text in quotes"],
  [
    "a table for a list",
    "loads = {}",
    "lab.toml line 1: loads: it is a table; give a list of text in quotes",
  ],
  ["a time for hours", "hours = 22:00:00", "lab.toml line 1: hours: it is a date or time"],
  [
    "a duration without unit",
    "period = 100",
    'lab.toml line 1: period: 100 has no unit; write the unit too, such as "100ms"',
  ],
  [
    "a duration with a wrong unit",
    'period = "1m"',
    'lab.toml line 1: period: "1m" is not a duration; give a number and',
  ],
  [
    "a duration below 1 ns",
    'period = "0.5ns"',
    "lab.toml line 1: period: the duration 0.5ns is finer",
  ],
  ["a bare margin", "offset_margin = 10", "lab.toml line 1: offset_margin: 10 has no unit; write"],
  [
    "one wake without a list",
    'wakes = "pipe"',
    'lab.toml line 1: wakes: it is text; give a list, such as ["pipe"]',
  ],
  ["a list of no wakes", "wakes = []", "lab.toml line 1: wakes: the list is empty"],
  ["a number among wakes", 'wakes = ["pipe", 1]', "lab.toml line 1: wakes: the list holds a whole number"],
  ["two wakes in one text", 'wakes = ["pipe,timer"]', 'lab.toml line 1: wakes: "pipe,timer" holds a comma'],
  ["CPUs as text", 'cpus = "0,1"', 'lab.toml line 1: cpus: it is not "any" and no list of whole numbers'],
  [
    "a word for a priority",
    'priority = "high"',
    'lab.toml line 1: priority: it is "high"; give a whole number',
  ],
  [
    "a fraction for a nice value",
    "nice = 0.5",
    "lab.toml line 1: nice: it is a number with a fraction; give",
  ],
  [
    "a latency without unit",
    "cpu_dma_latency = 0",
    "lab.toml line 1: cpu_dma_latency: 0 has no unit; write the unit",
  ],
  [
    "a margin of the tails without unit",
    "tail_margin = 20",
    'lab.toml line 1: tail_margin: 20 has no unit; write the unit too, such as "20 %"',
  ],
  [
    "a margin of the tails in ms",
    'tail_margin = "2ms"',
    'lab.toml line 1: tail_margin: it is "2ms"; give a percentage, such as "20 %"',
  ],
  ["a negative margin of the tails", 'tail_margin = "-5 %"', 'lab.toml line 1: tail_margin: it is "-5 %"'],
  ["an endless margin of the tails", "tail_margin = inf", "lab.toml line 1: tail_margin: it is inf; give a"],
  ["a deadline without unit", "deadline = 5", "lab.toml line 1: deadline: 5 has no unit; write the unit"],
  ["CPUs in quotes", 'cpus = ["0"]', 'lab.toml line 1: cpus: it is not "any" and no list of whole numbers'],
];

for (const [what, text, expected] of REFUSED) {
  Deno.test(`a runbook file with ${what} is refused with line and reason`, () => {
    const found = message(() => parseRunbook("lab.toml", text));
    assert.ok(found.startsWith(expected), found);
    assert.doesNotMatch(found, /\n/);
  });
}

/** Wrong values, alone or together: the runbook refuses them, in the file's words. */
const UNFIT: readonly (readonly [what: string, text: string, message: string])[] = [
  ["a value out of range", '\nruns = 3\nperiod = "1us"\n', "lab.toml line 3: period: a period of 1000 ns"],
  ["a load twice", 'loads = [\n"idle",\n"idle",\n]', "lab.toml line 1: loads: idle is named twice"],
  [
    "a wake with another target",
    'target = "comm:sh"\nwakes = ["pipe"]',
    "lab.toml line 2: wakes: pipe cannot wake",
  ],
  [
    "an hour region of zero length",
    'hours = "05-05"',
    "lab.toml line 1: hours: the hour region 05-05 has no length",
  ],
  [
    "busy threads without end",
    'loads = ["cpu:100000"]',
    'lab.toml line 1: loads: "cpu:100000" is not a load',
  ],
];

for (const [what, text, expected] of UNFIT) {
  Deno.test(`a runbook file with ${what} is refused with line and reason`, () => {
    const file = parseRunbook("lab.toml", text);
    const found = message(() => declareRunbook(file.settings, (field) => file.named(field) ?? field));
    assert.ok(found.startsWith(expected), found);
  });
}

/** Statements of other keys, some over several lines that look like the key itself. */
const NOISE = [
  "# runs = 1",
  "",
  'target = """\nruns = 2\n[runs]\n"""',
  "hours = '''\nruns = 3'''",
  'wakes = [\n  "runs = 4", # [runs]\n\n  "]"\n]',
  'clocksource = "runs = 5 # \\""',
  "cpus = [ [1,\n2],\n3 ]",
  "alpha = 0.1 # runs = 6",
];

Deno.test("the line of a key is where it stands, whatever stands before it and looks like it", () => {
  fc.assert(fc.property(
    fc.shuffledSubarray(NOISE),
    fc.shuffledSubarray(NOISE),
    fc.constantFrom("runs", '"runs"', "  runs", "'runs' ", "runs.x", '"\\u0072uns"'),
    fc.constantFrom("\n", "\r\n"),
    fc.boolean(),
    (before, after, key, newline, asTable) => {
      const later = after.filter((noise) => !before.includes(noise));
      const own = asTable ? `[${key}]\nx = [\n1]` : `${key} = [\n1]`;
      const text = [...before, own, ...(asTable ? [] : later)].join("\n").replaceAll("\n", newline);
      const line = before.join("\n").split("\n").length + (before.length > 0 ? 1 : 0);
      const known = parseRunbook.bind(null, "f", text);
      const first = message(known);
      // Another key may be refused before this one, so it gets a fitting value.
      const only = message(() => parseRunbook("f", withoutValues(text)));
      assert.ok(
        first.startsWith("f line ") && only.startsWith(`f line ${line}: runs: it is `),
        `${text}\n${only}`,
      );
    },
  ));

  /** The values of the noise, as their keys require, in as many lines. */
  function withoutValues(text: string): string {
    return text.replace(/wakes = \[(\s+)"runs = 4"/, 'wakes = [$1"pipe"')
      .replace(/cpus = \[ \[1,(\s+)2\],(\s+)3 \]/, "cpus = [ 1,$12,$23 ]");
  }
});

Deno.test("a file is named without its folder and known by its hash", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "probe-runbook-" });
  try {
    const path = `${folder}/lab.toml`;
    Deno.writeTextFileSync(path, "runs = 3\n");
    const file = readRunbookFile(path);
    assert.deepEqual(file.settings, { runs: 3 });
    // printf 'runs = 3\n' | sha256sum
    assert.deepEqual(await factOf(file), {
      name: "lab.toml",
      sha256: "ba79d6a35a4ea953c2e407224b11551900cb4882d8b7363cbc00f23aef919d2a",
    });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("a file that is not there, a folder, no UTF-8, or too long is refused by name", () => {
  const folder = Deno.makeTempDirSync({ prefix: "probe-runbook-" });
  try {
    assert.throws(() => readRunbookFile(`${folder}/none`), {
      exitCode: 1,
      message: `cannot read ${folder}/none: there is no such file; give the path of a runbook`,
    });
    assert.throws(() => readRunbookFile(folder), {
      exitCode: 1,
      found: `cannot read ${folder}: it is a folder`,
    });
    Deno.writeFileSync(`${folder}/bytes`, new Uint8Array([0x80, 0x81]));
    assert.match(message(() => readRunbookFile(`${folder}/bytes`)), /bytes is not UTF-8 text/);
    Deno.writeTextFileSync(`${folder}/long`, "#".repeat(65_537));
    assert.match(message(() => readRunbookFile(`${folder}/long`)), /long is too long/);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("a runbook with a byte order mark is read, and one in another form is named as what it is", () => {
  const folder = Deno.makeTempDirSync({ prefix: "probe-runbook-" });
  try {
    const text = "runs = 31\n";
    Deno.writeTextFileSync(`${folder}/marked`, `\ufeff${text}`);
    assert.equal(readRunbookFile(`${folder}/marked`).settings.runs, 31);
    const utf16 = (mark: string) =>
      new Uint8Array(Uint16Array.from(mark + text, (char) => char.charCodeAt(0)).buffer);
    const forms = [
      [utf16("\ufeff"), "it is UTF-16 text; convert it: iconv -f UTF-16 -t UTF-8 FILE >NEW"],
      [utf16(""), "it is UTF-16 text; convert it: iconv -f UTF-16 -t UTF-8 FILE >NEW"],
      [gzipSync(text), "it is compressed with gzip; unpack it with gunzip"],
    ] as const;
    for (const [bytes, said] of forms) {
      Deno.writeFileSync(`${folder}/other`, bytes);
      assert.throws(() => readRunbookFile(`${folder}/other`), {
        exitCode: 2,
        message: `${folder}/other is not a runbook: ${said}`,
      });
    }
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("a runbook means the same with all its keys and with those that differ from the default", () => {
  const other = DEFAULT_TOML.replace("runs = 30", "runs = 31");
  assert.equal(
    canonicalRunbook(declareRunbook(parseRunbook("f", other).settings)),
    canonicalRunbook(declareRunbook(parseRunbook("f", "runs = 31").settings)),
  );
});
