import assert from "node:assert/strict";
import { PerfettoTrace } from "../../analysis/export/perfetto.ts";
import { readResultFile } from "../../analysis/result/file.ts";
import { exportCommand } from "../../commands/export/export.ts";
import { generate } from "../../bench/generate.ts";
import { stdoutOf } from "../../build/process/command.ts";
import config from "../../deno.json" with { type: "json" };
import { opened } from "./chromium.ts";

/** What speedscope prints for each import. */
const USUAL = ["speedscope v", "WebGL initialized", "Importing as Trace Event Format profile", '"import: '];

/** The folder of speedscope's page. */
async function speedscope(): Promise<string> {
  const specifier = config.imports.speedscope;
  const { npmPackages } = JSON.parse(await stdoutOf([Deno.execPath(), "info", "--json", specifier]));
  return `${npmPackages[specifier.replace("npm:", "")].localPath}/dist/release`;
}

/** Opens the trace in its page, as the program of that name does. */
async function openedIn(trace: string) {
  const folder = await speedscope();
  const loader = await Deno.makeTempFile({ prefix: "probe-speedscope-", suffix: ".js" });
  try {
    const base64 = new TextEncoder().encode(trace).toBase64();
    await Deno.writeTextFile(loader, `speedscope.loadFileFromBase64("trace.json", "${base64}")`);
    const page = await Deno.readTextFile(`${folder}/index.html`);
    const head =
      `<head><script>location.hash = "localProfilePath=${loader}"</script><base href="file://${folder}/">`;
    return await opened(page.replace("<head>", head));
  } finally {
    await Deno.remove(loader);
  }
}

function traceOf(text: string): string {
  let json = "";
  const trace = new PerfettoTrace((piece) => json += piece);
  trace.finish(readResultFile("f.csv", [new TextEncoder().encode(text)], (row) => trace.visit(row)));
  return json;
}

/** What speedscope says about a trace beyond the usual, and whether it shows the track. */
async function imported(trace: string, track: string): Promise<{ said: string[]; shown: boolean }> {
  const { dom, console } = await openedIn(trace);
  const own = console.filter((line) => /source: \S+\/release\/speedscope-\w+\.js /.test(line));
  assert.equal(own.filter((line) => line.includes("Importing as")).length, 1, console.join("\n"));
  const said = own.filter((line) => !USUAL.some((usual) => line.includes(usual)));
  return { said, shown: dom.includes(track) };
}

Deno.test("speedscope imports a trace without a warning", async () => {
  const generated = [...generate({ rows: 300, seed: 5, env: "vm", timeoutEvery: 11, parts: true })].join("");
  const { said, shown } = await imported(traceOf(generated), "runs (tid 0)");
  assert.deepEqual(said, []);
  assert.ok(shown, "speedscope must show the track of the runs");
});

Deno.test("speedscope imports a trace of a VM and its host without a warning", async () => {
  let trace = "";
  await exportCommand({ format: "perfetto" }, "tests/answers/files/lab_vm.csv", {
    stdout: (text) => trace += text,
    stderr: (text) => assert.fail(text),
  });
  const { said, shown } = await imported(trace, "runs (tid 0)");
  assert.deepEqual(said, []);
  assert.ok(shown, "speedscope must show the track of the runs");
});

Deno.test("speedscope's warnings are seen", async () => {
  const event = { name: "run", pid: 1, tid: 0 };
  const events = [{ ...event, ph: "B", ts: 1 }, { ...event, ph: "B", ts: 2 }, { ...event, ph: "E", ts: 3 }];
  const { said } = await imported(JSON.stringify({ traceEvents: events }), "");
  assert.equal(said.length, 1, said.join("\n"));
  assert.match(said[0]!, /was still open at end of profile/);
});
