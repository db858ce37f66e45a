import assert from "node:assert/strict";
import { type History, historyOf } from "../../../../analysis/history/history.ts";
import { historySeries } from "../../../../analysis/history/series.ts";
import { historyPage } from "../../../../analysis/report/history/page.ts";
import { generate, generatedMeta } from "../../../../bench/generate.ts";
import { read } from "../../result/result_fixture.ts";
import { readable } from "../report_fixture.ts";

const HOSTILE = `"><script>alert(1)</script><img src=x onerror='alert(2)'>&amp;\u202e`;

/** One series a day; from day 10 on another kernel and later reads. */
function history(days: number, hostile = ""): History {
  return historyOf(Array.from({ length: days }, (_, day) => {
    const started = new Date(Date.UTC(2026, 0, 1 + day)).toISOString();
    const meta = {
      ...generatedMeta("host"),
      started,
      kernel: day < 10 ? `6.12${hostile}` : "6.13",
      host: `one${hostile}`,
      cpu: `${day}${hostile}`,
    };
    const text = [
      ...generate({ rows: 20, seed: day, env: `host${hostile}`, shiftNs: day < 10 ? 0 : 20_000, meta }),
    ];
    return { ...historySeries(read(text.join("")), null), file: `day${day}${hostile}.csv` };
  }));
}

const page = (of: History) => historyPage({ version: "0.1.0", history: of, unread: [] });

Deno.test("the page has each question with its drawing, its stretches, and what changed at a change", () => {
  const whole = page(history(20));
  const shown = readable(whole);
  assert.match(shown, /ttwu_to_tkread: 1 change of level/);
  assert.match(shown, /changed \+2\d\.\d+ us \(\+\d+%\) from day10\.csv on, 2026-01-11T/);
  assert.match(shown, /kernel: 6\.12 -> 6\.13, here and nowhere else in these stretches/);
  const drawings = [...whole.matchAll(/<svg[^>]*role="img"[^>]*>(.{0,300})/gs)];
  assert.equal(drawings.length, 4);
  for (const [, start = ""] of drawings) assert.match(start, /^<title>[^<]+<\/title><desc>[^<]+/);
  assert.equal([...whole.matchAll(/<line class="change"/g)].length, [...shown.matchAll(/ changed /g)].length);
  assert.equal(page(history(20)), whole);
});

Deno.test("a page of one series, and of none that was observed, is drawn as well", () => {
  assert.match(readable(page(history(1))), /1 series, changes are looked for from 10 on/);
  const blind = historyOf([
    historySeries(read([...generate({ rows: 5, seed: 1, env: "host", timeoutEvery: 1 })].join("")), null),
  ]);
  assert.match(readable(page(blind)), /not observed in a complete run/);
});

Deno.test("nothing that a file says becomes markup, and the page fetches and runs nothing", () => {
  const whole = historyPage({
    version: "0.1.0",
    history: history(12, HOSTILE),
    unread: [{ file: HOSTILE, reason: HOSTILE }],
  });
  assert.ok(whole.includes("&lt;script&gt;alert(1)"));
  assert.doesNotMatch(whole, /<script|<img|onerror='|\u202e/i);
  assert.doesNotMatch(whole, /https?:|src="|href="(?!#)|url\(|@import/);
  assert.match(whole, /content="default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;"/);
});
