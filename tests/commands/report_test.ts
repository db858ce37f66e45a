import assert from "node:assert/strict";
import { EXIT, Failure } from "../../analysis/failure.ts";
import { generate } from "../../bench/generate.ts";
import { pageOf, reportCommand, type ReportFlags } from "../../commands/report.ts";

/** A folder with host.csv and vm.csv, larger than one read. */
class Place implements Disposable {
  readonly folder = Deno.makeTempDirSync();
  readonly a = this.#written("host", 1, 2000);
  readonly b = this.#written("it's a vm", 2, 30);
  readonly out = `${this.folder}/report.html`;

  #written(name: string, seed: number, rows: number): string {
    const path = `${this.folder}/${name}.csv`;
    Deno.writeTextFileSync(path, [...generate({ rows, seed, env: "host" })].join(""));
    return path;
  }

  async report(paths: readonly string[], flags: Partial<ReportFlags> = {}): Promise<string> {
    let output = "";
    const code = await reportCommand({ out: this.out, ...flags }, paths, (text) => output += text);
    assert.equal(code, EXIT.done);
    return output;
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.folder, { recursive: true });
  }
}

async function sha256(path: string): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", await Deno.readFile(path))).toHex();
}

Deno.test("report writes the page that compare prints, with the files' hashes and the command that gives it", async () => {
  using place = new Place();
  assert.equal(
    await place.report([place.a, place.b], {
      margin: [{ question: null, margin: { kind: "duration", ns: 5_000_000 } }],
      alpha: 0.1,
    }),
    `${place.out}\n`,
  );
  const page = Deno.readTextFileSync(place.out);
  assert.equal(
    page,
    (await pageOf({ margin: [{ question: null, margin: { kind: "duration", ns: 5_000_000 } }], alpha: 0.1 }, [
      { paths: [place.a], labels: ["a"] },
      { paths: [place.b], labels: ["b"] },
    ])).page,
  );
  for (const path of [place.a, place.b]) assert.ok(page.includes(await sha256(path)), path);
  assert.ok(
    page.includes(
      `probe report --margin 5ms --alpha 0.1 ${place.a} &#39;${place.folder}/it&#39;\\&#39;&#39;s a vm.csv&#39;`,
    ),
  );
  assert.ok(page.includes("2000 of 2000 runs complete"));
});

Deno.test("report groups the runs by the columns that are asked for, and takes more than two files", async () => {
  using place = new Place();
  await place.report([place.a, place.b, place.b], { by: ["target_cpu", "path"] });
  const page = Deno.readTextFileSync(place.out);
  assert.match(page, /<h3>ttwu_to_tkread by target_cpu, path<\/h3>/);
  assert.match(page, /<th scope="row" role="rowheader">1, direct<\/th>/);
  assert.match(page, /<figcaption>0, wakelist<\/figcaption>/);
  assert.ok(page.includes("probe report --by target_cpu,path "));
  assert.match(page, /C against A/);
});

Deno.test("report takes one file", async () => {
  using place = new Place();
  await place.report([place.a]);
  assert.match(Deno.readTextFileSync(place.out), /<h1>host: what a wakeup takes<\/h1>/);
});

Deno.test("a page that exists is overwritten with --force only, and a file that is refused leaves none", async () => {
  using place = new Place();
  const refusal = (found: RegExp) => (error: unknown) =>
    error instanceof Failure && error.exitCode === EXIT.failed && found.test(error.found);
  await assert.rejects(place.report([place.a, `${place.folder}/none.csv`]), refusal(/there is no such file/));
  assert.throws(() => Deno.statSync(place.out), Deno.errors.NotFound);
  Deno.writeTextFileSync(place.out, "mine");
  await assert.rejects(place.report([place.a]), refusal(/it exists already/));
  assert.equal(Deno.readTextFileSync(place.out), "mine");
  await place.report([place.b], { force: true });
  assert.match(Deno.readTextFileSync(place.out), /^<!DOCTYPE html>/);
});

Deno.test("--out - writes the page itself to standard output", async () => {
  using place = new Place();
  const printed = await place.report([place.b], { out: "-" });
  await place.report([place.b]);
  assert.equal(printed, Deno.readTextFileSync(place.out));
});
