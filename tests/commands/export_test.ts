import assert from "node:assert/strict";
import { EXIT, Failure } from "../../analysis/failure.ts";
import { generate } from "../../bench/generate.ts";
import { exportCommand, type ExportFlags } from "../../commands/export/export.ts";

const TEXT = [...generate({ rows: 400, seed: 2, env: "host" })].join("");

async function inFolder(action: (folder: string, input: string) => Promise<void>): Promise<void> {
  const folder = Deno.makeTempDirSync();
  try {
    Deno.writeTextFileSync(`${folder}/in.csv`, TEXT);
    await action(folder, `${folder}/in.csv`);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

const FORMATS: readonly ExportFlags["format"][] = ["folded", "perfetto", "parquet"];

for (const format of FORMATS) {
  Deno.test(`an export as ${format} writes the same bytes each time and never over a file`, () =>
    inFolder(async (folder, input) => {
      const [one, two] = [`${folder}/one`, `${folder}/two`];
      for (const out of [one, two]) {
        assert.equal(await exportCommand({ format, out }, input, { stdout: () => {} }), EXIT.done);
      }
      assert.deepEqual(Deno.readFileSync(one), Deno.readFileSync(two));
      assert.ok(Deno.statSync(one).size > 100);
      await assert.rejects(
        exportCommand({ format, out: one }, input, { stdout: () => {} }),
        (error: unknown) => {
          assert.ok(error instanceof Failure);
          assert.equal(error.found, `cannot create ${one}: it exists already`);
          return true;
        },
      );
      assert.deepEqual(Deno.readFileSync(one), Deno.readFileSync(two));
    }));

  Deno.test(`an export as ${format} of a file that is refused leaves no file`, () =>
    inFolder(async (folder) => {
      const broken = `${folder}/broken.csv`;
      Deno.writeTextFileSync(broken, TEXT.replace(/\n300,[^\n]*/, "\n300,what"));
      const out = `${folder}/out`;
      await assert.rejects(exportCommand({ format, out }, broken, { stdout: () => {} }), Failure);
      assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), [
        "broken.csv",
        "in.csv",
      ]);
    }));
}

Deno.test("--stack folds the stacks of one column, and is refused where nothing is folded", () =>
  inFolder(async (_, input) => {
    let printed = "";
    await exportCommand({ format: "folded", stack: "tkread" }, input, { stdout: (text) => printed += text });
    assert.match(printed, /^(tkread;\S+ \d+\n)+$/);
    await assert.rejects(exportCommand({ format: "perfetto", stack: "ttwu" }, input, { stdout: () => {} }), {
      exitCode: EXIT.usage,
      found: "--stack says which stacks are folded, and --format perfetto folds none",
    });
  }));

Deno.test("with --force an export replaces an export, and never its own input", () =>
  inFolder(async (folder, input) => {
    const out = `${folder}/out`;
    Deno.writeTextFileSync(out, "old");
    await exportCommand({ format: "folded", out, force: true }, input, { stdout: () => {} });
    assert.match(Deno.readTextFileSync(out), /^tkread;/);
    const over = exportCommand({ format: "folded", out: input, force: true }, input, { stdout: () => {} });
    await assert.rejects(over, /it is a result file, which cannot be made again/);
    assert.equal(Deno.readTextFileSync(input), TEXT);
  }));

Deno.test("without --out text goes to stdout, the same as into a file", () =>
  inFolder(async (folder, input) => {
    for (const format of ["folded", "perfetto"] as const) {
      let printed = "";
      await exportCommand({ format }, input, { stdout: (text) => printed += text });
      await exportCommand({ format, out: `${folder}/${format}` }, input, { stdout: () => {} });
      assert.equal(printed, Deno.readTextFileSync(`${folder}/${format}`));
    }
  }));

Deno.test("--out - writes the same bytes to standard output, and Parquet into no terminal", () =>
  inFolder(async (folder, input) => {
    for (const format of FORMATS) {
      const printed = `${folder}/${format}-printed`;
      const stdout = (text: string | Uint8Array) => {
        const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
        Deno.writeFileSync(printed, bytes, { append: true });
      };
      await exportCommand({ format, out: "-" }, input, { stdout });
      await exportCommand({ format, out: `${folder}/${format}` }, input, { stdout: () => {} });
      assert.deepEqual(Deno.readFileSync(printed), Deno.readFileSync(`${folder}/${format}`));
    }
    const refused = (out: string | undefined, columns: number | undefined) =>
      exportCommand({ format: "parquet", ...(out === undefined ? {} : { out }) }, input, {
        stdout: () => assert.fail("something was written"),
        ...(columns === undefined ? {} : { columns }),
      });
    await assert.rejects(refused("-", 80), {
      exitCode: EXIT.usage,
      message: "Parquet is binary, and standard output is a terminal; give --out FILE",
    });
    await assert.rejects(refused(undefined, undefined), { exitCode: EXIT.usage });
  }));

Deno.test("a trace has no character that a terminal acts upon, whatever the host is called", () =>
  inFolder(async (_, input) => {
    const host = "a\u202eb\x9bc\x1b";
    Deno.writeTextFileSync(input, [...generate({ rows: 3, seed: 1, env: "host", meta: { host } })].join(""));
    let printed = "";
    await exportCommand({ format: "perfetto" }, input, { stdout: (text) => printed += text });
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(printed, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]/);
    assert.ok(JSON.stringify(JSON.parse(printed)).includes(JSON.stringify(host).slice(1, -1)));
  }));

/** What is told on stderr, and the tracks of the trace, when the VM's file stands beside `events`; null: it stands alone. */
async function exportedBeside(
  events: string | null,
  name = "vm.csv",
): Promise<{ told: string; json: string }> {
  const folder = Deno.makeTempDirSync();
  try {
    Deno.copyFileSync("tests/answers/files/lab_vm.csv", `${folder}/${name}`);
    if (events !== null) Deno.writeTextFileSync(`${folder}/vm.host.jsonl`, events);
    let [told, json] = ["", ""];
    const stream = {
      stdout: (text: string | Uint8Array) => json += text,
      stderr: (text: string) => told += text,
    };
    assert.equal(await exportCommand({ format: "perfetto" }, `${folder}/${name}`, stream), EXIT.done);
    return { told: told.replaceAll(folder, ""), json };
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

const hasHost = (json: string) =>
  JSON.parse(json).traceEvents.some(({ pid }: { readonly pid: number }) => pid === 2);

Deno.test("the trace of a VM has the tracks of its host from the file beside it; without it that is told", async () => {
  const events = Deno.readTextFileSync("tests/answers/files/lab_vm.host.jsonl");
  const { told, json } = await exportedBeside(events);
  assert.deepEqual([told, hasHost(json)], ["", true]);
  assert.deepEqual(JSON.parse(json).otherData.host, { runs: 12, left_out: 0, foreign: 0 });
  const without = /^notice: without the tracks of the VM's host: /;
  for (
    const [beside, name, why] of [
      [null, "vm.csv", /cannot read \/vm\.host\.jsonl: .*\n$/],
      ["{}\n", "vm.csv", /\/vm\.host\.jsonl: its first line does not say probe_host_events 1\n$/],
      [events, "vm.txt", /\/vm\.txt is not named \.csv or \.parquet\n$/],
    ] as const
  ) {
    const found = await exportedBeside(beside, name);
    assert.match(found.told, without);
    assert.match(found.told, why);
    assert.equal(hasHost(found.json), false);
  }
  const other = await exportedBeside(events.replaceAll('"correlation_id":"', '"correlation_id":"x'));
  assert.match(
    other.told,
    /^notice: 12 records of the VM's host are of no run of this file, and are left out\n$/,
  );
});
