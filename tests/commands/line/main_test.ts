import assert from "node:assert/strict";
import { EXIT, Failure } from "../../../analysis/failure.ts";
import { NAMES } from "../../../commands/line/table.ts";
import { generate } from "../../../bench/generate.ts";
import project from "../../../deno.json" with { type: "json" };
import { limitedArguments } from "../../../commands/alike.ts";
import { protocolArguments } from "../../../commands/line/ab.ts";
import { withCauses } from "../../../commands/shell/report_error.ts";
import { main } from "../../../main.ts";

async function call(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  let stdout = "";
  let stderr = "";
  const code = await main(args, {
    stdout: (text) => stdout += text,
    stderr: (text) => stderr += text,
  });
  return { code, stdout, stderr };
}

Deno.test("probe --version prints the version of deno.json", async () => {
  assert.deepEqual(await call("--version"), {
    code: EXIT.done,
    stdout: `probe ${project.version}\n`,
    stderr: "",
  });
});

Deno.test("a page with a gate reads each file once, prints the page and ends as the gate says", async () => {
  const folder = Deno.makeTempDirSync();
  const openSync = Deno.openSync;
  const opened: string[] = [];
  try {
    const written = (env: string, shiftNs: number) => {
      const path = `${folder}/${env}.csv`;
      Deno.writeTextFileSync(path, [...generate({ rows: 30, seed: shiftNs, env, shiftNs })].join(""));
      return path;
    };
    const files = [written("host", 0), written("vm", 9_000_000)];
    Deno.openSync = (path, options) => {
      opened.push(String(path));
      return openSync(path, options);
    };
    const gated = await call("compare", "--format", "html", "--fail-on", "DIFFERENT", ...files);
    assert.deepEqual(opened, files);
    assert.equal(gated.code, EXIT.gate);
    assert.match(gated.stdout, /^<!doctype html>[^]*<\/html>\n?$/i);
    assert.match(gated.stderr, /^probe: --fail-on: offset is DIFFERENT /);
    const free = await call("compare", "--format", "html", ...files);
    assert.deepEqual([free.code, free.stdout, free.stderr], [EXIT.done, gated.stdout, ""]);
  } finally {
    Deno.openSync = openSync;
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("no line of any help is wider than a terminal", async () => {
  for (const words of ["--help", ...NAMES.map((name) => `${name} --help`)]) {
    const { stdout } = await call(...words.split(" "));
    assert.match(stdout, /^USAGE$/m);
    for (const line of stdout.split("\n")) assert.ok(line.length <= 80, line);
  }
});

Deno.test("probe --help lists the commands that exist, and only these", async () => {
  const { code, stdout } = await call("--help");
  assert.equal(code, EXIT.done);
  const commands = /COMMANDS\n(.*?)\n\n/s.exec(stdout)![1]!.split("\n");
  assert.deepEqual(commands.map((line) => line.trim().split(" ")[0]), [
    "doctor",
    "run",
    "ab",
    "compare",
    "gate",
    "history",
    "fleet",
    "show",
    "power",
    "report",
    "export",
    "runbook",
    "completions",
    "licenses",
    "help",
    "version",
  ]);
});

Deno.test("probe licenses prints a notice of each part of the executable, and where its source is", async () => {
  const { code, stdout } = await call("licenses");
  assert.equal(code, EXIT.done);
  for (
    const part of [
      "probe",
      `Deno ${Deno.version.deno}`,
      "@stricli/core 1.3.0",
      "smol-toml 1.9.1",
      "libbpf.so.1",
      "libelf.so.1",
    ]
  ) {
    assert.match(stdout, new RegExp(`^${part.replaceAll(".", "\\.")}`, "m"));
  }
  assert.match(stdout, /apt-get source elfutils=/);
  assert.match(stdout, /GNU LESSER GENERAL PUBLIC LICENSE\s+Version 2\.1/);
  assert.match(stdout, /V8 \d+\.\d+/);
  assert.match(stdout, /^Copyright \(c\) Squirrel Chat/m);
});

const REFUSED: readonly (readonly [args: string, line: string])[] = [
  ["run --rnus 3", "unknown option --rnus; did you mean --runs?"],
  ["run --frobnicate", "unknown option --frobnicate; see --help"],
  ["run -x", "unknown option -x; see --help"],
  ["runn", "unknown command runn; did you mean run?"],
  ["frobnicate", "unknown command frobnicate; see probe --help"],
  ["run --runs", "--runs has no value; write the value after it"],
  ["run --runs 0", '--runs: "0" is not a number of runs; give a whole number from 1, such as 30'],
  ["run --runs 3.5", '--runs: "3.5" is not a number of runs; give a whole number from 1, such as 30'],
  ["run --runs 3 --runs 4", "--runs is given twice; give it once"],
  [
    "run --period 3",
    '--period: "3" is not a duration; give a number and a unit, such as 1s, 100ms, 50us or 250ns',
  ],
  [
    "run --env ../x",
    '--env: "../x" cannot name an environment; use host, vm, or a label of letters, digits, dots, dashes and underscores',
  ],
  ["run --require most", "--require cannot be most; use best or full or kprobe or raw or tracepoint"],
  ["comprae a b", "unknown command comprae; did you mean compare?"],
  [
    "compare a",
    "one file is given, and a comparison needs 2; name the baseline and another file, or give the files of each side with --a and --b",
  ],
  [
    "compare a b --by run",
    "--by: runs cannot be grouped: run differs from run to run; name columns such as signature,migrated,path,ttwu_stack,target_cpu",
  ],
  [
    "compare a b --fail-on DIFFERENT,SAME",
    '--fail-on: "SAME" is not a verdict; use some of EQUIVALENT,DIFFERENT,DIFFERENT-WITHIN-MARGIN,INCONCLUSIVE,NO-DATA,CONFOUNDED',
  ],
  ["compare a b --format xml", "--format cannot be xml; use text or json or csv or markdown or html"],
  [
    "compare a b --margin 4",
    "--margin: the margin 4 has no unit; give a duration or a percentage of A's median, " +
    'such as "4ms" or "10 %"',
  ],
  ["compare a b --alpha 5", '--alpha: "5" is not a level between 0 and 1; give a number such as 0.05'],
  ["ab --target pid:1", "unknown option --target; see --help"],
  [
    "ab --vm pid:7",
    "--vm is for the VM that --ssh names: the throwaway guest's process is known; leave it out, or give --ssh",
  ],
  ["ab --ssh vm --vm 7", "--vm 7 does not name a process; give pid:N or comm:NAME"],
  ["ab --runs 0", '--runs: "0" is not a number of runs; give a whole number from 1, such as 30'],
  [
    "show a --by signatur",
    '--by: runs cannot be grouped: "signatur" is not a column; did you mean signature?',
  ],
  ["power a --power 1", '--power: "1" is not a level between 0 and 1; give a number such as 0.05'],
  ["power", "no file is given; name one, or several of one protocol with --a"],
  ["export a", "--format has no value; write the value after it"],
  [
    "export a --format parquet",
    "Parquet is binary and is not written to standard output unasked; give --out FILE, or --out - for a pipe",
  ],
  ["run --resume", "--resume does not say which file to go on with; name it with --out FILE"],
  ["run --until 31", "--until 31 is after the last of 30 runs; give one of them"],
  [
    "run --on-slow fast",
    '--on-slow: "fast" says neither a duration nor a quantile; give a duration such as 200us, or a quantile of the runs so far such as p99',
  ],
  ["run --stop-on-slow", "--stop-on-slow does not say what is slow; give --on-slow 200us too"],
  [
    "run --on-slow p99 --out -",
    "--on-slow keeps files beside the result, and --out - is standard output; give --out FILE",
  ],
  ["run here", '"here" is an argument too many; see --help'],
];

for (const [args, line] of REFUSED) {
  Deno.test(`probe ${args} is refused as wrong use, in one line`, async () => {
    assert.deepEqual(await call(...args.split(" ")), {
      code: EXIT.usage,
      stdout: "",
      stderr: `probe: ${line}\n`,
    });
  });
}

Deno.test("a file that is not there ends probe compare in one line, and --verbose adds the cause", async () => {
  const line =
    "probe: cannot read no-such.csv: there is no such file; give the path of a result file of `probe run`\n";
  assert.deepEqual(await call("compare", "no-such.csv", "b.csv"), {
    code: EXIT.failed,
    stdout: "",
    stderr: line,
  });
  const verbose = await call("compare", "no-such.csv", "b.csv", "--verbose");
  assert.equal(verbose.code, EXIT.failed);
  assert(verbose.stderr.startsWith(line));
  assert.match(verbose.stderr.slice(line.length), /^caused by: NotFound: /);
});

Deno.test("--verbose shows each cause with its stack and the log that it carries", () => {
  const libbpf = Object.assign(new Error("cannot load: errno 22"), { log: "libbpf: prog 'ttwu': -EINVAL" });
  const text = withCauses(new Failure(EXIT.cannotMeasure, "found", "remedy", { cause: libbpf }));
  const lines = text.trimEnd().split("\n");
  assert.equal(lines[0], "caused by: Error: cannot load: errno 22");
  assert.match(lines[1] ?? "", /^ {4}at .*main_test\.ts/);
  assert.equal(lines.at(-1), "libbpf: prog 'ttwu': -EINVAL");
  assert.equal(text.match(/cannot load: errno 22/g)?.length, 1);
});

Deno.test("--verbose has nothing to add to an error without a cause", () => {
  assert.equal(withCauses(new Failure(EXIT.usage, "found", "remedy")), "");
});

Deno.test("probe ab hands on what says how a side is measured, as it was written, and nothing else", () => {
  const shared = ["--runs=40", "--period", "100ms", "--wake", "pipe", "--until-decided", "--quiet"];
  const own = [
    "--kernel",
    "runs",
    "--out-dir=o",
    "--keep",
    "--margin",
    "1ms",
    "--format",
    "json",
    "--verbose",
  ];
  assert.deepEqual(protocolArguments(["ab", ...own, ...shared]), shared);
  assert.deepEqual(protocolArguments(["ab", ...shared, ...own]), shared);
  assert.deepEqual(protocolArguments(["ab"]), []);
});

Deno.test("what limits both sides of probe ab is handed on in place of --require best", () => {
  const limit = { require: "tracepoint", "without-hooks": "ktime_get_raw,read_hpet" } as const;
  const added = ["--require", "tracepoint", "--without-hooks", "ktime_get_raw,read_hpet"];
  for (const given of [[], ["--require", "best"], ["--require=best"]]) {
    assert.deepEqual(limitedArguments(limit, ["--runs", "4", ...given, "--quiet"]), [
      ...["--runs", "4", "--quiet"],
      ...added,
    ]);
  }
  assert.deepEqual(limitedArguments({}, ["--require", "full"]), ["--require", "full"]);
});
