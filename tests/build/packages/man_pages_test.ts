import assert from "node:assert/strict";
import { EACH_COLUMN } from "../../../analysis/result/columns.ts";
import { EXIT } from "../../../analysis/failure.ts";
import { MAN_PAGES, manPages } from "../../../build/packages/man_pages.ts";
import { allRoutes } from "../../../commands/line/table.ts";
import { optionsOf } from "../../../commands/options.ts";
import { defaultRunbook } from "../../../runbook/protocol/runbook_file.ts";

const PAGES = await manPages(new Date("2026-02-03T23:59:59Z"));

Deno.test("each page has its name, its section and the date of the sources", () => {
  for (const name of MAN_PAGES) {
    const [page, section] = name.split(".");
    assert.match(PAGES[name], new RegExp(`^\\.Dd February 3, 2026\\n\\.Dt \\S+ ${section}\\n`), name);
    assert.ok(PAGES[name].includes(`\n.Nm ${page!.replaceAll("-", "\\-")}\n`), name);
  }
});

Deno.test("probe(1) has each command, each of its options, and each exit code", async () => {
  const page = PAGES["probe.1"];
  for (const [name, route] of Object.entries(await allRoutes())) {
    const at = page.indexOf(`\n.Ss ${name}\n`);
    assert.ok(at > 0, name);
    const section = page.slice(at, page.indexOf("\n.S", at + 1));
    for (const { name: option, short } of optionsOf(route)) {
      const long = `Fl ${option.slice(1).replaceAll("-", "\\-")}`;
      assert.ok(
        section.split("\n").some((line) => line.startsWith(".It ") && `${line} `.includes(`${long} `)),
      );
      if (short !== null) assert.ok(section.includes(`.It Fl ${short.slice(1)} `), `${name} ${short}`);
    }
  }
  for (const code of Object.values(EXIT)) assert.ok(page.includes(`\n.It Li ${code}\n`), String(code));
});

Deno.test("probe-runbook(5) has each key with its default, and what the default runbook says of it", () => {
  const page = PAGES["probe-runbook.5"];
  const keys = [...defaultRunbook().matchAll(/^(\w+) = /gm)].map(([, name]) => name);
  const named = [...page.matchAll(/^\.It Ic (\w+) No = Li \S/gm)].map(([, name]) => name);
  assert.ok(keys.length > 20);
  assert.deepEqual(named, keys);
  assert.match(page, /^\.It Ic period No = Li \\\(dq1s\\\(dq\nTime between two edges,/m);
});

Deno.test("probe-result(5) has each column with its kind, its unit and its values", () => {
  const page = PAGES["probe-result.5"];
  const named = [...page.matchAll(/^\.It Ic (\w+) Pq /gm)].map(([, name]) => name);
  assert.deepEqual(named, EACH_COLUMN.map(({ name }) => name));
  assert.match(page, /^\.It Ic pid Pq "int, pid"\nkernel pid \(thread id\) of the target\.$/m);
  assert.match(page, /^complete: read .*aborted:\sinterrupted\s\(complete, timeout,\saborted\)\.$/ms);
});
