import assert from "node:assert/strict";
import { seriesPage } from "../analysis/report/report_fixture.ts";
import { printedPages, visit } from "./chromium.ts";

const WIDTHS = [400, 800, 1000, 1400];

const PAGES: readonly (readonly [what: string, page: string])[] = [
  [
    "30 runs a side",
    seriesPage([{ rows: 30, seed: 1, env: "host", timeoutEvery: 11 }, { rows: 30, seed: 2, env: "vm" }]),
  ],
  [
    "300 runs a side, the level of one changes",
    seriesPage([
      { rows: 300, seed: 1, env: "host", timeoutEvery: 11 },
      { rows: 300, seed: 2, env: "vm", shiftNs: 20_000, changesAfter: 150 },
    ]),
  ],
  [
    "far apart",
    seriesPage([{ rows: 30, seed: 1, env: "host" }, { rows: 30, seed: 2, env: "vm", shiftNs: 9e9 }]),
  ],
  ["no data", seriesPage([{ rows: 30, seed: 1, env: "host" }, { rows: 2, seed: 2, env: "vm" }])],
  [
    "not measured alike, with long names",
    seriesPage([
      { rows: 30, seed: 1, env: "host", over: { signature: "x".repeat(300) } },
      { rows: 30, seed: 2, env: "vm", meta: { tier: "tracepoint", hooks: [], cpu: "y".repeat(300) } },
    ]),
  ],
  [
    "three files",
    seriesPage([
      { rows: 60, seed: 1, env: "host" },
      { rows: 60, seed: 2, env: "vm" },
      { rows: 60, seed: 3, env: "other", shiftNs: 20_000 },
    ]),
  ],
  ["one file", seriesPage([{ rows: 300, seed: 1, env: "host", timeoutEvery: 11 }])],
];

for (const [what, page] of PAGES) {
  Deno.test(`a browser shows the page as it should, narrow and wide, and fetches nothing: ${what}`, async () => {
    const { seen, console } = await visit(page, WIDTHS);
    assert.deepEqual(console, []);
    assert.deepEqual(seen.map(({ width }) => width), WIDTHS);
    for (const { width, scrollWidth, title, drawings, fetched, overlaps } of seen) {
      assert.ok(scrollWidth <= width, `${scrollWidth} of ${width}`);
      assert.ok(title.startsWith("probe: "), title);
      assert.ok(drawings > 5, `${drawings} drawings`);
      assert.deepEqual(fetched, []);
      assert.deepEqual(overlaps, []);
    }
  });
}

Deno.test("the page fits on paper", async () => {
  const [[, page]] = PAGES as [[string, string]];
  const pages = await printedPages(page);
  assert.ok(pages > 2 && pages < 30, `${pages} pages`);
});

Deno.test("a page that is too wide, fetches, complains or has labels on each other is noticed", async () => {
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    () => new Response("x"),
  );
  const image = `http://127.0.0.1:${server.addr.port}/seen.png`;
  const bad = `<!DOCTYPE html><title>bad</title><div style="width:900px;height:9px"></div><img src="${image}">
    <svg role="img" width="100" height="50"><title>t</title><text x="0" y="20">one</text><text x="9" y="20">two</text></svg>
    <script>console.error("seen")</script>`;
  const { seen: [narrow], console } = await visit(bad, [400]);
  assert.ok(narrow!.scrollWidth > 400);
  assert.deepEqual(narrow!.overlaps, ["t: one | two"]);
  assert.deepEqual(narrow!.fetched, [image]);
  assert.ok(console.some((line) => line.includes("seen")), console.join("\n"));
});
