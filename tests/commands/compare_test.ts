import assert from "node:assert/strict";
import { QUESTIONS } from "../../analysis/compare/questions.ts";
import { EXIT, Failure } from "../../analysis/failure.ts";
import { generate, type Generated } from "../../bench/generate.ts";
import { compareCommand, type CompareFlags } from "../../commands/compare.ts";

class Folder implements Disposable {
  readonly path = Deno.makeTempDirSync();

  written(name: string, options: Partial<Generated> = {}): string {
    const path = `${this.path}/${name}.csv`;
    Deno.writeTextFileSync(path, [...generate({ rows: 30, seed: 1, env: name, ...options })].join(""));
    return path;
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

async function call(
  flags: CompareFlags,
  ...paths: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  let [stdout, stderr] = ["", ""];
  const code = await compareCommand(flags, paths, (text) => stdout += text, (text) => stderr += text, null);
  return { code, stdout, stderr };
}

const PLAIN = { details: false } as const;

async function printed(flags: CompareFlags, ...paths: string[]): Promise<string> {
  const { code, stdout, stderr } = await call(flags, ...paths);
  assert.deepEqual({ code, stderr }, { code: EXIT.done, stderr: "" });
  return stdout;
}

Deno.test("compare reads two files, larger than one read, and prints text or JSON", async () => {
  using folder = new Folder();
  const [a, b] = [folder.written("host", { rows: 2000 }), folder.written("vm", { seed: 2 })];
  const text = (await printed({ ...PLAIN, format: "text" }, a, b)).replaceAll(/\s+/g, " ");
  assert.match(text, /^4 questions: 4 EQUIVALENT .*2000 of 2000 runs.*30 of 30 runs/);
  const [json] = JSON.parse(
    await printed(
      {
        ...PLAIN,
        format: "json",
        margin: [{ question: null, margin: { kind: "duration", ns: 1000 } }],
        alpha: 0.1,
      },
      a,
      b,
    ),
  ).comparisons;
  const [offset] = json.questions;
  assert.deepEqual([offset.margin_ns, offset.margin_source, json.alpha], [1000, "option", 0.1]);
  assert.equal(json.sides[1].file, b);
});

Deno.test("--by groups by columns that a result file keeps as text, and by numbers that it does not", async () => {
  using folder = new Folder();
  const [a, b] = [folder.written("host"), folder.written("vm", { seed: 2 })];
  const json = JSON.parse(await printed({ ...PLAIN, format: "json", by: ["signature", "target_cpu"] }, a, b));
  const [strata, ...others] = json.comparisons[0].strata;
  assert.deepEqual([strata.key, strata.columns, others], ["signature,target_cpu", [
    "signature",
    "target_cpu",
  ], []]);
  assert.deepEqual(strata.groups.map(({ value }: { value: string }) => value).sort(), [
    "WF_MIGRATED, 0",
    "WF_MIGRATED, 1",
    "none, 0",
    "none, 1",
  ]);
  const sum = (side: number) =>
    strata.groups.reduce((all: number, { n }: { n: number[] }) => all + n[side]!, 0);
  assert.deepEqual([sum(0), sum(1)], [30, 30]);
});

Deno.test("a verdict that --fail-on names ends with exit code 4, after the report, and stderr says what it was", async () => {
  using folder = new Folder();
  const a = folder.written("host");
  const b = folder.written("vm", { seed: 2, shiftNs: 9_000_000 });
  const { code, stdout, stderr } = await call(
    { ...PLAIN, format: "text", "fail-on": ["DIFFERENT", "NO-DATA"] },
    a,
    b,
  );
  assert.equal(code, EXIT.gate);
  assert.match(stdout, /^4 questions: 2 DIFFERENT \(offset, /);
  assert.equal(
    stderr,
    `probe: --fail-on: offset is DIFFERENT (${b}), ttwu_to_tkread is DIFFERENT (${b})\n`,
  );
  const free = await call({ ...PLAIN, format: "text", "fail-on": ["CONFOUNDED"] }, a, b);
  assert.equal(free.code, EXIT.done);
});

Deno.test("of more files than two the first is the baseline of each other, and all p-values are one family", async () => {
  using folder = new Folder();
  const files = [
    folder.written("host"),
    folder.written("vm", { seed: 2 }),
    folder.written("far", { seed: 3, shiftNs: 9_000_000 }),
  ] as const;
  const { comparisons } = JSON.parse(await printed({ ...PLAIN, format: "json" }, ...files));
  type Json = {
    holm_family: number;
    sides: { side: string; file: string }[];
    questions: { verdict: string; brunner_munzel: { p: number; p_holm: number } }[];
  };
  const [b, c] = comparisons as [Json, Json];
  assert.deepEqual(b.sides.map(({ side }) => side), ["A", "B"]);
  assert.deepEqual(c.sides.map(({ side, file }) => [side, file]), [["A", files[0]], ["C", files[2]]]);
  assert.deepEqual([b.questions[0]!.verdict, c.questions[0]!.verdict], ["EQUIVALENT", "DIFFERENT"]);
  const family = 2 * QUESTIONS.length;
  assert.deepEqual([b.holm_family, c.holm_family], [family, family]);
  const { p, p_holm } = c.questions[0]!.brunner_munzel;
  assert.ok(p_holm >= (family - 1) * p);
  const text = await printed({ ...PLAIN, format: "text" }, ...files);
  const words = text.replaceAll(/\s+/g, " ");
  assert.match(
    words,
    /vm\.csv against \S+: 4 questions: 4 EQ[A-Z]+ \S+far\.csv against \S+: 4 questions: 2 DIFF/,
  );
  assert.match(text, /={80}\n\n4 questions: 2 DIFFERENT \(offset, /);
});

Deno.test("every form of the answer is the same bytes each time", async () => {
  using folder = new Folder();
  const [a, b] = [folder.written("host"), folder.written("vm", { seed: 2, timeoutEvery: 10 })];
  for (const format of ["text", "json", "csv", "markdown", "html"] as const) {
    assert.equal(await printed({ ...PLAIN, format }, a, b), await printed({ ...PLAIN, format }, a, b));
  }
});

Deno.test("a file that cannot be read is named, with the reason", async () => {
  using folder = new Folder();
  const good = folder.written("host");
  for (
    const [path, reason] of [[`${folder.path}/none.csv`, "there is no such file"], [
      folder.path,
      "it is a folder",
    ]] as const
  ) {
    await assert.rejects(call({ ...PLAIN, format: "text" }, good, path), (error: unknown) => {
      assert.ok(error instanceof Failure);
      assert.equal(error.exitCode, EXIT.failed);
      assert.equal(error.found, `cannot read ${path}: ${reason}`);
      return true;
    });
  }
});

Deno.test("a file that is compared with itself is said to be, first and last, by its SHA-256", async () => {
  using folder = new Folder();
  const a = folder.written("host");
  Deno.copyFileSync(a, `${a}.copy`);
  const text = (await printed({ ...PLAIN, format: "text" }, a, `${a}.copy`)).replaceAll(/\s+/g, " ");
  assert.match(
    text,
    /^A and B are the same file \(SHA-256 [0-9a-f]{12}\): it is compared with itself; 4 questions: /,
  );
  assert.match(text, /compared with itself; 4 questions: 4 \w+ $/);
  const other = folder.written("vm", { seed: 2 });
  assert.doesNotMatch(await printed({ ...PLAIN, format: "text" }, a, other), /same file/);
});
