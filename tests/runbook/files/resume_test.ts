import assert from "node:assert/strict";
import type { Attributes } from "../../../analysis/result/attributes.ts";
import fc from "fast-check";
import { COLUMNS, type Row } from "../../../analysis/result/columns.ts";
import { Failure } from "../../../analysis/failure.ts";
import { type Meta, TIERS } from "../../../analysis/result/meta.ts";
import { formatEnd, formatResumption, formatRow } from "../../../analysis/result/write.ts";
import { generatedMeta } from "../../../bench/generate.ts";
import { openOutputFile } from "../../../runbook/files/output_file.ts";
import { readFile } from "../../../runbook/files/result_in.ts";
import { ResultWriter } from "../../../runbook/files/result_out.ts";
import { endAtLook, readBegun, requireSameMeta } from "../../../runbook/files/resume.ts";
import { Tally } from "../../../runbook/files/tally.ts";
import {
  DIRECT,
  endOf,
  fileText,
  headerText,
  read,
  rowOf,
  timeoutOf,
  USUAL,
} from "../../analysis/result/result_fixture.ts";
import { stackKey } from "../../../analysis/result/stack_key.ts";

const ROWS: readonly Row[] = [
  rowOf(1),
  rowOf(2, USUAL, { comm: 'odd, "quoted" name', lost_events: 1 }),
  timeoutOf(3),
  rowOf(4, { ...USUAL, tkread: 9_000 }, { signature: "WF_SYNC", migrated: true }),
];
const STACK = { key: stackKey(DIRECT), frames: DIRECT };

function tallyOf(rows: readonly Row[]): Tally {
  const tally = new Tally();
  for (const row of rows) tally.add(row, [STACK]);
  return tally;
}

/** The contents of a tally. */
function told(tally: Tally) {
  return [tally.end(), tally.offset(), tally.ttwuToTkread(), tally.clusters(), tally.signatures()];
}

function withFile<T>(content: string | Uint8Array, use: (path: string) => T): T {
  const path = Deno.makeTempFileSync();
  try {
    Deno.writeFileSync(path, typeof content === "string" ? new TextEncoder().encode(content) : content);
    return use(path);
  } finally {
    Deno.removeSync(path);
  }
}

function failureOf(action: () => unknown): Failure {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof Failure, String(error));
    return error;
  }
  assert.fail("nothing was thrown");
}

Deno.test("a file cut off at any byte after its header goes on to the same file as one that was not cut off", () => {
  const header = headerText();
  const whole = new TextEncoder().encode(header + ROWS.map(formatRow).join(""));
  const first = new TextEncoder().encode(header).length;
  fc.assert(
    fc.property(fc.integer({ min: first, max: whole.length }), (cut) => {
      withFile(whole.subarray(0, cut), (path) => {
        let lastRun: number;
        {
          using file = new ResultWriter(path, openOutputFile(path));
          const begun = readBegun(path);
          lastRun = begun.lastRun;
          assert.deepEqual(told(begun.tally), told(tallyOf(ROWS.slice(0, lastRun))));
          file.writeResumption({ run: lastRun + 1, started: "2026-01-02T03:04:05Z" }, begun.file);
          for (const row of ROWS.slice(lastRun)) {
            file.writeRow(row, [STACK]);
            begun.tally.add(row, [STACK]);
          }
          assert.deepEqual(told(begun.tally), told(tallyOf(ROWS)));
          file.writeEnd(begun.tally.end());
        }
        const text = Deno.readTextFileSync(path);
        const resumption = formatResumption({ run: lastRun + 1, started: "2026-01-02T03:04:05Z" });
        const rows = ROWS.map(formatRow);
        assert.equal(
          text,
          header + rows.slice(0, lastRun).join("") + resumption + rows.slice(lastRun).join("") +
            formatEnd(tallyOf(ROWS).end()),
        );
        const { notes, end } = read(text);
        assert.deepEqual(notes, [{ code: "resumed", file: "f.csv", run: lastRun + 1 }]);
        assert.equal(end?.rows, ROWS.length);
      });
    }),
    { numRuns: 300 },
  );
});

Deno.test("a file whose rows lack columns is refused: its rows and those that follow would be of two lengths", () => {
  const older = fileText([rowOf(1)]).replaceAll(/^(?!#).*$/gm, (line) => line.slice(0, line.lastIndexOf(",")))
    .replace(/^# end.*\n/m, "");
  withFile(older, (path) => {
    assert.equal(
      failureOf(() => readBegun(path)).message,
      `cannot resume ${path}: its rows have ${
        COLUMNS.length - 1
      } columns, this program writes ${COLUMNS.length}; ` +
        "go on with the program that began it, or begin another file",
    );
  });
});

Deno.test("a complete file is refused, and left as it was", () => {
  const text = fileText([rowOf(1), rowOf(2)]);
  withFile(text, (path) => {
    assert.equal(
      failureOf(() => readBegun(path)).message,
      `cannot resume ${path}: it is complete (2 rows); ` +
        "give the file of a measurement that was cut off, or choose another path without --resume",
    );
    assert.equal(Deno.readTextFileSync(path), text);
  });
});

Deno.test("a file whose end line lost only its line feed is complete", () => {
  withFile(fileText([rowOf(1)]).slice(0, -1), (path) => {
    assert.match(failureOf(() => readBegun(path)).message, /it is complete \(1 rows\)/);
  });
});

Deno.test("what is not a result file, is not there, or was cut off in its header is refused", () => {
  withFile(
    "precious\n",
    (path) => assert.match(failureOf(() => readBegun(path)).message, /is not a result file/),
  );
  withFile(headerText().slice(0, 60), (path) => {
    assert.match(failureOf(() => readBegun(path)).message, /it was cut off in its header/);
  });
  const failure = failureOf(() => openOutputFile("/nonexistent-folder/host.csv"));
  assert.match(failure.message, /^cannot go on with \/nonexistent-folder\/host.csv: it does not exist/);
});

Deno.test("a file that another process writes is not touched", () => {
  withFile(headerText() + formatRow(rowOf(1)), (path) => {
    using _writer = new ResultWriter(path, openOutputFile(path));
    const failure = failureOf(() => new ResultWriter(path, openOutputFile(path)));
    assert.equal(
      failure.message,
      `cannot write ${path}: another probe is writing it; wait until it has ended`,
    );
  });
});

const ATTRIBUTES: Attributes = { policy: "other", priority: 0, nice: 0, timerslack_ns: 1 };

const META: Meta = {
  ...generatedMeta("host"),
  attributes: ATTRIBUTES,
  hooks: [{ stage: "ttwu", hook: "sched_waking", kind: "tp_btf", attached: true }],
  runbook: { runs: 4, period_ns: 1_000_000 },
  task: { pid: 7, comm: "alpha", start_ticks: 500 },
};

Deno.test("the same meta goes on, also when only what each call says of itself differs", () => {
  requireSameMeta("f.csv", META, META);
  requireSameMeta("f.csv", META, { ...META, started: "2030-01-01T00:00:00Z", edge_uncertainty_ns: 999 });
  requireSameMeta("f.csv", META, { ...META, task: { pid: 7, comm: "renamed", start_ticks: 500 } });
});

Deno.test("a file goes on with a later boot of a throwaway guest, whose boots are counted, and with no other", () => {
  const first = { ...META, boot: 1 };
  const later = { ...META, boot: 3, boot_id: "other" };
  requireSameMeta("f.csv", first, later);
  for (
    const [begun, now] of [[later, first], [META, later], [first, { ...META, boot_id: "other" }]] as const
  ) {
    assert.throws(() => requireSameMeta("f.csv", begun, now), /its start of the machine \(boot_id\) is /);
  }
});

Deno.test("parts that were planned are one note, and an interruption is another", () => {
  const started = "2026-01-02T03:04:05Z";
  const next = (run: number, more: object = {}) =>
    formatResumption({ run, started, ...more }) + formatRow(rowOf(run));
  const boot = { planned: true, boot: 2, boot_id: "other" };
  const { notes } = read(
    fileText([rowOf(1)]).replace(/# end .*\n/, "") + next(2, boot) + next(3) + next(4, boot),
  );
  assert.deepEqual(notes.filter(({ code }) => code !== "cut_off"), [
    { code: "resumed", file: "f.csv", run: 3 },
    { code: "in_parts", file: "f.csv", parts: 3 },
  ]);
});

const otherTier = TIERS.find((tier) => tier !== META.tier)!;
const OTHERS: readonly (readonly [change: Partial<Meta>, found: RegExp])[] = [
  [{ probe: "9.9.9" }, /its version of probe is .*, here it is 9\.9\.9;/],
  [{ env: "vm" }, /its env is host, here it is vm;/],
  [{ host: "other" }, /its host name is .*, here it is other; go on where it was begun/],
  [{ kernel: "1.2.3" }, /its kernel is .*, here it is 1\.2\.3;/],
  [{ arch: "aarch64" }, /its architecture is .*, here it is aarch64;/],
  [{ cpu: "abacus" }, /its CPU is .*, here it is abacus;/],
  [{ cpus: 1024 }, /its number of CPUs is .*, here it is 1024;/],
  [{ virtualization: "xen" }, /its virtualization is .*, here it is xen;/],
  [{ boot_id: "other" }, /its start of the machine \(boot_id\) is .*, here it is other;/],
  [{ clocksource: { current: "hpet", available: ["hpet"] } }, /its clocksource is .*, here it is hpet;/],
  [{ tier: otherTier }, new RegExp(`its tier is ${META.tier}, here it is ${otherTier};`)],
  [
    { attributes: { ...ATTRIBUTES, policy: "fifo", priority: 50 } },
    /its target's policy is other, here it is fifo; start it as it was begun \(chrt, /,
  ],
  [
    { attributes: { ...ATTRIBUTES, timerslack_ns: 50_000 } },
    /its target's timerslack_ns is 1 ns, here it is 50000 ns/,
  ],
  [
    { task: { pid: 8, comm: "beta", start_ticks: 600 } },
    /its target is alpha \(pid 7, started 500 ticks .*\), here it is beta \(pid 8, started 600 ticks .*\); give the task/,
  ],
  // Its pid was used again.
  [{ task: { pid: 7, comm: "alpha", start_ticks: 900 } }, /its target is .* 500 ticks .* 900 ticks /],
  [{ pulse: "foreseen" }, /its pulses is device, here it is foreseen;/],
  [{ clock_step_counter: "sundial" }, /its counter of clock_step_ns is .*, here it is sundial;/],
  [
    { hooks: [{ stage: "ttwu", hook: "sched_waking", kind: "tp_btf", attached: false, reason: "gone" }] },
    /its hook ttwu sched_waking is attached by tp_btf, here it is not attached;/,
  ],
  [{ hooks: [] }, /its hook ttwu sched_waking is attached by tp_btf, here it is not known;/],
  [
    { runbook: { runs: 4, period_ns: 2_000_000 } },
    /its period_ns is 1000000, here it is 2000000; give the options and the runbook it was begun with/,
  ],
  [{ runbook: { ...META.runbook, hours: "22-05" } }, /its hours is undefined, here it is 22-05;/],
  [
    { looks: 5 },
    /its number of planned looks is none, here it is 5; give --until-decided and looks as it was/,
  ],
  [{ runbook_sha256: "f00" }, /its runbook_sha256 is .*, here it is f00;/],
];

for (const [change, found] of OTHERS) {
  Deno.test(`another ${Object.keys(change).join()} is refused with both values: ${found.source}`, () => {
    const failure = failureOf(() => requireSameMeta("f.csv", META, { ...META, ...change }));
    assert.equal(failure.exitCode, 1);
    assert.match(failure.message, /^cannot resume f\.csv: /);
    assert.match(failure.message, found);
  });
}

Deno.test("the end of a tally is what the fixture's rows say", () => {
  const { rows, complete, timeout } = tallyOf(ROWS).end();
  const expected = endOf(ROWS);
  assert.deepEqual({ rows, complete, timeout }, {
    rows: expected.rows,
    complete: expected.complete,
    timeout: expected.timeout,
  });
});

Deno.test("a look between two parts ends their file with its counts, once", () => {
  withFile(headerText({ looks: 5 }) + ROWS.map(formatRow).join(""), (path) => {
    endAtLook(path, 2);
    const { end } = readFile(path);
    assert.deepEqual(end, { ...tallyOf(ROWS).end(), looks: 2 });
    assert.match(failureOf(() => endAtLook(path, 2)).message, /it is complete/);
  });
});

Deno.test("a file whose stacks have keys of digits alone goes on, and its new rows' stacks are defined anew", () => {
  const old = (headerText() + ROWS.slice(0, 2).map(formatRow).join(""))
    .replaceAll(/\bs([0-9a-f]{16})\b/g, "$1");
  withFile(old, (path) => {
    {
      using file = new ResultWriter(path, openOutputFile(path));
      const begun = readBegun(path);
      assert.deepEqual(told(begun.tally), told(tallyOf(ROWS.slice(0, 2))));
      file.writeResumption({ run: 3, started: "2026-01-02T03:04:05Z" }, begun.file);
      for (const row of ROWS.slice(2)) file.writeRow(row, [STACK]);
      file.writeEnd(endOf(ROWS));
    }
    const text = Deno.readTextFileSync(path);
    assert.ok(text.startsWith(old));
    assert.equal(text.split(`# stack ${STACK.key} `).length, 2);
    const { rows, stacks, texts } = read(text);
    assert.equal(rows, ROWS.length);
    assert.deepEqual(stacks.get(STACK.key), DIRECT);
    const { values } = texts.ttwu_stack;
    assert.deepEqual(
      Array.from(texts.ttwu_stack.codes(), (code) => values[code]),
      ROWS.map((row) => row.ttwu_stack),
    );
  });
});
