import assert from "node:assert/strict";
import { sideClass } from "../../../analysis/report/html/labels.ts";
import { table } from "../../../analysis/report/html/table.ts";
import { ecdf } from "../../../analysis/report/plots/ecdf.ts";
import { ridge } from "../../../analysis/report/plots/ridge.ts";
import { runOrder } from "../../../analysis/report/plots/run_order.ts";
import { tailPlot } from "../../../analysis/report/plots/tail.ts";
import { rowOf } from "../result/result_fixture.ts";
import { type Series, seriesPage } from "./report_fixture.ts";

const HOST = { rows: 60, seed: 1, env: "host", timeoutEvery: 11 };
const VM = { rows: 50, seed: 2, env: "vm" };
const PAGE = seriesPage([HOST, VM]);
const ONE = seriesPage([HOST]);
const THREE = seriesPage([HOST, VM, { ...VM, seed: 3, env: "other" }]);

const matches = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, found]) => found!);

/** Drawings with axes, by their titles, with the labels of both axes and their names. */
function plotsOf(page: string) {
  return [...page.matchAll(/<svg class="plot[^"]*".*?<title>(.*?)<\/title>.*?<\/svg>.*?<\/svg>/gs)].map(
    ([drawing, title]) => ({
      title: title!,
      drawing,
      x: matches(drawing, /class="(?:start|middle|end)">([^<]*)/g),
      y: matches(drawing, /class="y"[^>]*>([^<]*)/g),
      names: matches(drawing, /class="name[^>]*>([^<]*)/g),
    }),
  );
}

Deno.test("every axis has a name and at least four ticks", () => {
  for (const page of [PAGE, ONE]) {
    const plots = plotsOf(page);
    assert.ok(plots.length > 8, `${plots.length} plots`);
    for (const { title, x, y, names } of plots) {
      assert.ok(x.length >= 4, `${title}: ${x}`);
      assert.ok(y.length === 0 || y.length >= 4, `${title}: ${y}`);
      assert.equal(names.length, y.length === 0 ? 1 : 2, title);
      assert.ok(names.every((name) => name !== ""), title);
    }
  }
});

Deno.test("drawings of one duration next to each other share their axes", () => {
  const alike = (start: string) => {
    const found = plotsOf(PAGE).filter(({ title }) => title.startsWith(start));
    assert.ok(found.length > 1, start);
    for (const { x, y } of found) assert.deepEqual([x, y], [found[0]!.x, found[0]!.y], start);
  };
  alike("offset of ");
  alike("ttwu_to_tkread of ");
  alike("Distribution of ttwu_to_tkread, ");
});

Deno.test("dots lie above the running median, one for each run, and none is transparent", () => {
  const { drawing } = plotsOf(PAGE).find(({ title }) => title === "offset of A in the order of the runs")!;
  const [, d] = /class="dots [^"]*" d="([^"]*)"/.exec(drawing)!;
  assert.equal(d!.match(/M/g)!.length, 55);
  assert.ok(drawing.indexOf('class="dots') > drawing.indexOf('class="median"'));
  assert.ok(drawing.indexOf('class="median"') > 0);
  const [, dots] = /\.dots\{([^}]*)\}/.exec(PAGE)!;
  assert.doesNotMatch(dots!, /opacity/);
});

Deno.test("the dot of an outlier says run, value and path, also where single runs are not drawn", () => {
  for (const rows of [60, 2000]) {
    const slow = rowOf(17, { ttwu: 1_000, wakeup: 2_000, switched: 3_000, tkread: 9_000_000_000 }, {
      ttwu_stack: null,
      tkread_stack: null,
    });
    const late = (run: number) => run === 17 ? slow : {};
    const page = seriesPage([{ ...HOST, rows, overRow: late }, VM]);
    const { drawing } = plotsOf(page).find(({ title }) => title.startsWith("ttwu_to_tkread of A"))!;
    assert.match(
      drawing,
      /<circle class="outlier [^"]*" cx="[\d.]+%" cy="[\d.]+" r="4"><title>run 17: [\d.]+ s, path direct<\/title>/,
    );
  }
});

Deno.test("the tail is drawn as the share that took longer, where a timeout is slower than all", () => {
  const sorted = Float64Array.from({ length: 90 }, (_, i) => 1000 + 10 * i);
  const drawing = tailPlot("offset", "offset", [{ letter: "A", sorted, timeouts: 10 }]).toString();
  const [, d] = /class="line [^"]*" d="([^"]*)"/.exec(drawing)!;
  const heights = [...d!.matchAll(/[ML][\d.]+,([\d.]+)/g)].map(([, y]) => Number(y));
  // 10 of 100 runs timed out: half of the axis from 100 % to 1 %.
  assert.equal(heights[0], 0);
  assert.equal(heights.at(-1), 110);
  assert.ok(heights.every((y, i) => i === 0 || y >= heights[i - 1]!), "a share of slower runs grows");
  assert.match(drawing, /slower runs, %, logarithmic/);
  assert.match(drawing, /n A 90 \+ 10 timed out/);
  for (const page of [PAGE, ONE]) {
    assert.deepEqual(
      plotsOf(page).map(({ title }) => title).filter((title) => title.startsWith("Tail")),
      ["Tail of offset", "Tail of ttwu_to_tkread"],
    );
  }
});

Deno.test("the rows of the chain are in its order, whichever side has them", () => {
  const link = (from: string, to: string) =>
    ({ from, to, name: `${from} -> ${to}`, sorted: Float64Array.of(1, 2, 3) }) as never;
  const a = [link("edge", "ttwu"), link("ttwu", "activate"), link("switch", "tkread")];
  const b = [link("pending", "activate"), link("queued", "pending"), link("ttwu", "queued")];
  const drawing = ridge("chain", [{ letter: "A", links: a }, { letter: "B", links: b }]).toString();
  assert.deepEqual(matches(drawing, /class="stage"[^>]*>([^<]*)/g), [
    "edge -&gt; ttwu",
    "ttwu -&gt; queued",
    "ttwu -&gt; activate",
    "queued -&gt; pending",
    "pending -&gt; activate",
    "switch -&gt; tkread",
  ]);
});

Deno.test("fewer than 10 runs have no density, but a stroke each", () => {
  const drawn = (n: number) => {
    const sorted = Float64Array.from({ length: n }, (_, i) => 1000 + i);
    const links = [{ from: "edge", to: "ttwu", name: "edge -> ttwu", sorted }] as const;
    return ridge("chain", [{ letter: "A", links }]).toString();
  };
  assert.match(drawn(9), /class="stroke c0 d0" d="(M[^M]*){9}"/);
  assert.doesNotMatch(drawn(9), /class="fill/);
  assert.match(drawn(10), /class="fill c0 d0"/);
});

Deno.test("one value is said, not drawn", () => {
  const sorted = new Float64Array(20).fill(5000);
  const none = { lag1: null, change_point: null, dip: null, effective_n: 20 };
  const series = {
    runs: sorted.map((_, i) => i + 1),
    values: sorted,
    censored: new Float64Array(0),
    pathOf: () => null,
  };
  const range = { low: 5000, high: 5000 };
  const drawings = [
    ecdf("x", "x", [{ letter: "A", sorted }], { duration: "x", range }),
    tailPlot("x", "x", [{ letter: "A", sorted, timeouts: 0 }]),
    runOrder("x", "x", "A", series, none, { range, last: 20 }),
  ];
  for (const drawing of drawings.map(String)) {
    assert.doesNotMatch(drawing, /<svg/);
    assert.match(drawing, /all 20 runs: 5\.000\u00a0µs/);
  }
  const same: Partial<Series> = { over: { signature: "none", migrated: false } };
  assert.match(PAGE, /class="mosaic".*?<title>stack cluster by signature/);
  assert.doesNotMatch(
    seriesPage([{ ...HOST, ...same }, { ...VM, ...same }]),
    /class="mosaic"[^>]*><title>stack cluster by signature/,
  );
});

Deno.test("the contents lead to each section, and to nothing else", () => {
  for (const page of [PAGE, ONE, THREE]) {
    const [nav] = /<nav.*?<\/nav>/s.exec(page)!;
    const links = matches(nav, /href="#([^"]*)"/g);
    const sections = matches(page, /<h2 id="([^"]*)"/g);
    // With several pairs of files the contents go pair by pair; the page has all answers first.
    if (page === THREE) assert.deepEqual(links.toSorted(), sections.toSorted());
    else assert.deepEqual(links, sections);
    assert.equal(new Set(links).size, links.length, links.join());
    assert.equal(matches(page, /(<section>)/g).length, links.length);
  }
});

Deno.test("no heading leaves out a level", () => {
  for (const page of [PAGE, ONE, THREE]) {
    let last = 0;
    for (const level of matches(page, /<h(\d)/g).map(Number)) {
      assert.ok(level <= last + 1, `h${level} after h${last}`);
      last = level;
    }
  }
});

Deno.test("a table of more than 12 rows is folded under its name, without a script", () => {
  const rows = (n: number) => Array.from({ length: n }, (_, i) => ({ head: `row ${i}`, cells: ["x"] }));
  assert.match(
    table("rows", ["a", "b"], rows(13)).toString(),
    /^<details class="long"><summary>rows, 13 rows<\/summary><table/,
  );
  assert.match(table("rows", ["a", "b"], rows(12)).toString(), /^<table/);
});

Deno.test("columns of numbers are right-aligned with their heads, columns of words are not", () => {
  for (const name of ["n", "median", "IQR", "MAD", "share of offset"]) {
    assert.match(PAGE, new RegExp(`<th[^>]* class="number">${name}</th>`), name);
    assert.match(PAGE, new RegExp(`<td[^>]* class="number" data-column="${name}"`), name);
  }
  for (const name of ["method", "shift", "against the margin"]) {
    assert.doesNotMatch(PAGE, new RegExp(`class="number"[^>]*>${name}<`), name);
  }
  assert.match(PAGE, /\.number\{text-align:right\}/);
});

Deno.test("each of many sides has its own colour and dash", () => {
  const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ", ...Array.from({ length: 38 }, (_, i) => `#${i + 27}`)];
  const classes = letters.map(sideClass);
  assert.equal(new Set(classes).size, letters.length);
  for (const name of new Set(classes.flatMap((both) => both.split(" ")))) {
    assert.ok(PAGE.includes(`.${name}{--`), name);
  }
  const keys = matches(THREE, /<svg class="key (c\d d\d)"/g);
  assert.deepEqual(keys.slice(0, 3), ["c0 d0", "c1 d1", "c2 d2"]);
});

Deno.test("the page writes ±, µs and −, but leaves the text for a terminal and names as they are", () => {
  for (const page of [PAGE, ONE, THREE, seriesPage([{ ...HOST, env: "host-1" }, VM])]) {
    const seen = page.replaceAll(/<style>.*?<\/style>|<pre>.*?<\/pre>|<code>.*?<\/code>/gs, "")
      .replaceAll("\u00a0", " ");
    const texts = [...matches(seen, />([^<]+)</g), ...matches(seen, /(?:data-column|aria-label)="([^"]*)"/g)];
    const wrong = texts.filter((text) => /\+-|\d us\b|(?<![\w.)\]-])-\d|\b[A-Z] - [A-Z]\b/.test(text));
    assert.deepEqual(wrong, []);
    assert.match(seen, /µs/);
    assert.match(seen, /−\d/);
  }
  assert.match(PAGE, /<pre>.*\+-4 ms.*<\/pre>/s);
  assert.match(seriesPage([{ ...HOST, env: "host-1" }, VM]), /vm against host-1/);
});
