import assert from "node:assert/strict";
import { EXIT } from "../../../analysis/failure.ts";
import { generate, generatedMeta } from "../../../bench/generate.ts";
import { main } from "../../../main.ts";

class Place implements Disposable {
  readonly folder = Deno.makeTempDirSync({ prefix: "probe-history-" });

  constructor() {
    const runbook = { ...generatedMeta("host").runbook, runs: 20 };
    for (let day = 1; day <= 12; day++) {
      const started = `2026-01-${String(day).padStart(2, "0")}T00:00:00Z`;
      const meta = { runbook, started, boot_id: `boot-${day}` };
      this.write(`day${day}.csv`, [...generate({ rows: 20, seed: day, env: "host", meta })].join(""));
    }
  }

  write(name: string, text: string): string {
    Deno.writeTextFileSync(`${this.folder}/${name}`, text);
    return `${this.folder}/${name}`;
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.folder, { recursive: true });
  }
}

async function history(...args: readonly string[]) {
  let [stdout, stderr] = ["", ""];
  const code = await main(["history", ...args], {
    stdout: (text) => stdout += text,
    stderr: (text) => stderr += text,
  });
  return { code, stdout, stderr };
}

Deno.test("a folder and its files give the same history, and the same bytes each time", async () => {
  using place = new Place();
  const names = Array.from({ length: 12 }, (_, i) => `${place.folder}/day${12 - i}.csv`);
  const ofFolder = await history(place.folder);
  assert.deepEqual([ofFolder.code, ofFolder.stderr], [EXIT.done, ""]);
  assert.match(
    ofFolder.stdout,
    /^12 series of host from 2026-01-01T00:00:00Z to 2026-01-12T00:00:00Z; hosts 1,\n/,
  );
  assert.deepEqual(await history(...names), ofFolder);
  assert.deepEqual(await history(`${place.folder}/`), ofFolder);
  const json = JSON.parse((await history("--json", place.folder)).stdout);
  assert.deepEqual([json.version, json.kind, json.series.length, json.series[0].file], [
    1,
    "history",
    12,
    "day1.csv",
  ]);
  assert.equal(json.questions[0].levels.length, 12);
});

Deno.test("strangers in a folder are told with their reason; a stranger that was named is refused", async () => {
  using place = new Place();
  const csv = place.write("other.csv", "a,b\n1,2\n");
  const cut = place.write("cut.csv", Deno.readTextFileSync(`${place.folder}/day1.csv`).slice(0, 300));
  const { code, stdout } = await history("--json", place.folder);
  assert.equal(code, EXIT.done);
  assert.deepEqual(JSON.parse(stdout).passed_over, [
    { file: cut, reason: "ends before its first row: it was cut off in its header" },
    { file: csv, reason: 'is not a result file: line 1, column 1 is not "# probe-result 1"' },
  ]);
  const named = await history(`${place.folder}/day1.csv`, csv);
  assert.deepEqual([named.code, named.stdout], [EXIT.failed, ""]);
  assert.match(named.stderr, /^probe: [^\n]*other\.csv is not a result file[^\n]*\n$/);
});

Deno.test("a folder without a result file, and no file at all, are refused", async () => {
  using place = new Place();
  Deno.mkdirSync(`${place.folder}/empty`);
  const refused: readonly (readonly [args: readonly string[], code: number, says: RegExp])[] = [
    [[], EXIT.usage, /no file is given; name result files, or a folder with them/],
    [
      [`${place.folder}/empty`],
      EXIT.failed,
      /empty has no result file; give a folder of files of `probe run`/,
    ],
    [[`${place.folder}/none`], EXIT.failed, /none: there is no such file/],
  ];
  for (const [args, expected, says] of refused) {
    const { code, stdout, stderr } = await history(...args);
    assert.deepEqual([code, stdout], [expected, ""]);
    assert.match(stderr, says);
  }
});
