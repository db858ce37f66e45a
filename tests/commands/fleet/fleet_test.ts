import assert from "node:assert/strict";
import { EXIT } from "../../../analysis/failure.ts";
import { fleetFiles, type FleetShape } from "../../../bench/fleet_files.ts";
import { main } from "../../../main.ts";

class Place implements Disposable {
  readonly folder = Deno.makeTempDirSync({ prefix: "probe-fleet-" });
  readonly files = `${this.folder}/files`;
  readonly dataset = `${this.folder}/set`;

  constructor(shape: Partial<FleetShape> = {}) {
    Deno.mkdirSync(this.files);
    for (const [name, text] of fleetFiles({ hosts: 6, series: 2, rows: 20, ...shape })) {
      this.write(name, text);
    }
  }

  write(name: string, text: string): void {
    const path = `${this.files}/${name}`;
    Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    Deno.writeTextFileSync(path, text);
  }

  read(name: string): string {
    return Deno.readTextFileSync(`${this.files}/${name}`);
  }

  async export(): Promise<string[]> {
    const files = [...Deno.readDirSync(this.files)].map(({ name }) => `${this.files}/${name}`).sort();
    const { stdout } = await called("export", "--format", "parquet", "--dataset", this.dataset, ...files);
    return stdout.trimEnd().split("\n");
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.folder, { recursive: true });
  }
}

async function called(...args: readonly string[]) {
  let [stdout, stderr] = ["", ""];
  const code = await main(args, {
    stdout: (text) => stdout += String(text),
    stderr: (text) => stderr += text,
  });
  return { code, stdout, stderr };
}

async function fleet(...args: readonly string[]) {
  const { code, stdout, stderr } = await called("fleet", "--json", ...args);
  assert.deepEqual([code, stderr], [EXIT.done, ""]);
  return JSON.parse(stdout);
}

Deno.test("a folder of result files and the data set made of them give the same fleet", async () => {
  using place = new Place();
  const paths = await place.export();
  const [ofFiles, ofSet] = [await fleet(place.files), await fleet(`${place.dataset}/`)];
  assert.equal(ofFiles.hosts.length, 6);
  assert.deepEqual(ofFiles.passed_over, []);
  assert.deepEqual(ofSet.questions, ofFiles.questions);
  const files = (of: typeof ofSet) =>
    of.hosts.flatMap(({ series }: { series: { file: string }[][] }) => series.flat().map(({ file }) => file));
  assert.deepEqual(files(ofSet).sort(), paths.map((path) => path.replace(`${place.dataset}/`, "")).sort());
});

Deno.test("text fits into 80 columns, its first screen is short, and the same bytes come each time", async () => {
  using place = new Place();
  const brief = await called("fleet", place.files);
  const details = await called("fleet", "--details", place.files);
  assert.deepEqual([brief.code, details.code], [EXIT.done, EXIT.done]);
  for (const line of `${brief.stdout}${details.stdout}`.split("\n")) assert.ok(line.length <= 80, line);
  assert.ok(brief.stdout.split("\n").length < 32);
  assert.match(brief.stdout, /^4 questions: .*\n/);
  assert.match(details.stdout, /^ {2}web006: \+/m);
  assert.deepEqual(await called("fleet", place.files), brief);
});

Deno.test("strangers, other protocols and doubles are passed over with file and reason", async () => {
  using place = new Place();
  const first = place.read("host-web001-0.csv");
  place.write("notes.txt", "hello");
  place.write("empty.csv", "");
  place.write("sub/copy.csv", first);
  place.write("pipe.csv", first.replace('"wake":"timer"', '"wake":"pipe"'));
  place.write("guest.csv", first.replace('"env":"host"', '"env":"guest"').replace('"boot-0"', '"other"'));
  place.write("broken.csv", first.replace(/\n12,[^\n]*/, "\n12,what"));
  place.write(".hidden.csv", "not looked at");
  place.write("half.parquet.77.part", "not looked at");
  const { passed_over, hosts } = await fleet(place.files);
  const reasons = Object.fromEntries(
    passed_over.map(({ file, reason }: Record<string, string>) => [file, reason]),
  );
  assert.deepEqual(Object.keys(reasons).sort(), [
    "broken.csv",
    "empty.csv",
    "guest.csv",
    "notes.txt",
    "pipe.csv",
    "sub/copy.csv",
  ]);
  assert.match(reasons["notes.txt"], /^is not a result file: line 1, column 1 is not "# probe-result 1"$/);
  assert.equal(reasons["empty.csv"], "is empty");
  assert.match(reasons["broken.csv"], /^line \d+, column 2 \(correlation_id\)/);
  assert.equal(reasons["guest.csv"], "env is guest");
  assert.match(reasons["pipe.csv"], /^it is the measurement of host-web001-0\.csv$/);
  assert.equal(reasons["sub/copy.csv"], "it is the measurement of host-web001-0.csv");
  assert.equal(hosts.length, 6);
});

Deno.test("a partition that contradicts its file is passed over with what both say", async () => {
  using place = new Place();
  const [path = ""] = await place.export();
  const wrong = path.replace(/kernel=[^/]*/, "kernel=7.0");
  const odd = path.replace(/date=[^/]*/, "date=2020-01-01");
  for (const target of [wrong, odd]) {
    Deno.mkdirSync(target.slice(0, target.lastIndexOf("/")), { recursive: true });
    Deno.copyFileSync(path, target);
  }
  const { passed_over, hosts } = await fleet(place.dataset);
  const below = (path: string) => path.replace(`${place.dataset}/`, "");
  assert.deepEqual(passed_over, [
    { file: below(odd), reason: "its folder says date 2020-01-01, its metadata 2026-01-01" },
    { file: below(wrong), reason: "its folder says kernel 7.0, its metadata 6.1.0-40-amd64" },
  ]);
  assert.equal(hosts.length, 6);
});

Deno.test("three hosts have no mean, and one whose clock is a year off is named", async () => {
  const meta = (host: number) => host === 1 ? { started: "2025-01-01T00:00:00Z" } : {};
  using place = new Place({ hosts: 3, series: 1, meta });
  const { stdout, code } = await called("fleet", place.files);
  assert.equal(code, EXIT.done);
  assert.match(stdout, /^4 questions: 4 NO-DATA\n/);
  assert.match(stdout, /offset: NO-DATA, 3 hosts with both sides; a mean over hosts needs 5\n/);
  assert.match(stdout, /\n {2}web003: \+\d+\.\d us \[\+\d+\.\d+ us, \+\d+\.\d us\]\n/);
  assert.match(stdout, /warning: 3 hosts with series of both sides/);
  assert.match(
    stdout,
    /warning: web002: host-web002-0\.csv began 365 days before the middle of all/,
  );
  assert.match(stdout, /warning: no host has two series of vm/);
});

Deno.test("one host is said in the singular", async () => {
  using place = new Place({ hosts: 1, series: 1 });
  const { stdout } = await called("fleet", place.files);
  assert.match(stdout, /^A {2}host on 1 host: 1 series/m);
  assert.doesNotMatch(stdout, /\b1 hosts/);
});

Deno.test("folders name the hosts where VMs have names of their own", async () => {
  using place = new Place({ series: 1, meta: (host, env) => ({ host: `${env}-${host}` }) });
  const alone = await called("fleet", place.files);
  assert.deepEqual([alone.code, alone.stdout], [EXIT.failed, ""]);
  assert.match(alone.stderr, /no host has series of both host and vm: 12 hosts .*give --host-by folder\n$/);
  for (const { name } of [...Deno.readDirSync(place.files)]) {
    place.write(`${name.split("-")[1]}/${name}`, place.read(name));
    Deno.removeSync(`${place.files}/${name}`);
  }
  const { hosts } = await fleet("--host-by", "folder", place.files);
  assert.deepEqual(
    hosts.map(({ name }: { name: string }) => name),
    [1, 2, 3, 4, 5, 6].map((i) => `web00${i}`),
  );
});

Deno.test("margins, alpha and the envs of the sides are given as to compare", async () => {
  using place = new Place({ series: 1 });
  const offsetOf = async (...args: readonly string[]) => (await fleet(...args, place.files)).questions[0];
  const usual = await offsetOf();
  assert.deepEqual([usual.verdict, usual.margin_ns, usual.margin_source], [
    "DIFFERENT-WITHIN-MARGIN",
    4e6,
    "runbook",
  ]);
  const narrow = await offsetOf("--margin", "offset=1us", "--alpha", "0.01");
  assert.deepEqual([narrow.verdict, narrow.margin_source], ["DIFFERENT", "option"]);
  assert.ok(narrow.fleet.ci_ns[1] > usual.fleet.ci_ns[1]);
  const turned = await offsetOf("--a", "vm", "--b", "host");
  assert.equal(turned.fleet.mean_ns, -usual.fleet.mean_ns);
});

Deno.test("calls that cannot be answered are refused with what to do", async () => {
  using place = new Place({ hosts: 1, series: 1 });
  Deno.mkdirSync(`${place.folder}/empty`);
  const refused: readonly (readonly [args: readonly string[], code: number, says: RegExp])[] = [
    [[], EXIT.usage, /the argument FOLDER is missing/],
    [[`${place.folder}/empty`], EXIT.failed, /empty has no result file; give a folder of files/],
    [[`${place.folder}/none`], EXIT.failed, /cannot read .*none: there is no such file; give a folder/],
    [[`${place.files}/host-web001-0.csv`], EXIT.failed, /host-web001-0\.csv is not a folder; give a folder/],
    [["--a", "vm", place.files], EXIT.usage, /--a and --b are both vm/],
    [
      ["--b", "guest", place.files],
      EXIT.failed,
      /no series is of guest, but 1 of host, 1 of vm; name the env/,
    ],
    [["--margin", "nothing=1us", place.files], EXIT.usage, /nothing/],
  ];
  for (const [args, expected, says] of refused) {
    const { code, stdout, stderr } = await called("fleet", ...args);
    assert.deepEqual([code, stdout], [expected, ""], stderr);
    assert.match(stderr, says);
    assert.match(stderr, /^[^\n]*\n$/);
  }
});
