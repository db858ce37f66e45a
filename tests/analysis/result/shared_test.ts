import assert from "node:assert/strict";
import { readResultFile, type ResultFile } from "../../../analysis/result/file.ts";
import { arrived, shared } from "../../../analysis/result/shared.ts";
import { TEXT_NAMES, type TextName } from "../../../analysis/result/row.ts";
import { generate } from "../../../bench/generate.ts";

function read(rows: number): ResultFile {
  const text = [...generate({ rows, seed: 7, env: "host", timeoutEvery: 5, wakers: 300 })].join("");
  return readResultFile("host.csv", [new TextEncoder().encode(text)]);
}

/** All that a file holds, as plain values. */
function plain({ texts, realtimeSteps, ...rest }: ResultFile): unknown {
  const columns = [...TEXT_NAMES].map((name) => {
    const { values, length } = texts[name as TextName];
    return [name, values, length, [...texts[name as TextName].codes()]];
  });
  return { ...rest, columns, realtimeSteps: { ...realtimeSteps } };
}

for (const rows of [0, 1, 3000]) {
  Deno.test(`a file of ${rows} rows that another thread has read is the same, in memory that both have`, () => {
    const file = read(rows);
    const sent = shared(file);
    const other = arrived(structuredClone(sent));
    assert.deepEqual(plain(other), plain(read(rows)));
    assert.ok(other.run.buffer instanceof SharedArrayBuffer);
    other.run.fill(-1);
    assert.ok(arrived(sent).run.every((run) => run === -1));
    const half = Uint8Array.from({ length: rows }, (_, row) => row % 2);
    assert.equal(other.texts.path.rowsWhere(half).length, Math.floor(rows / 2));
  });
}
