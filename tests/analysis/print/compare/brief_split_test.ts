import assert from "node:assert/strict";
import { compareAll } from "../../../../analysis/compare/compare.ts";
import { compareMarkdown } from "../../../../analysis/print/compare/markdown.ts";
import { compareBrief, compareText } from "../../../../analysis/print/compare/text.ts";
import { readResultFile, type ResultFile } from "../../../../analysis/result/file.ts";
import { FILES } from "../../../answers/cases.ts";

function fileOf(name: string): ResultFile {
  return readResultFile(name, [Deno.readFileSync(`${FILES}/${name}`)]);
}

const [HOST, VM] = [fileOf("lab_host.csv"), fileOf("lab_vm.csv")];
/** The same VM, not followed: without any cell of its host. */
const UNSEEN: ResultFile = {
  ...VM,
  name: "unseen.csv",
  meta: { ...VM.meta, started: "2026-11-30T00:00:00.000Z" },
  partTimes: new Map([...VM.partTimes].filter(([name]) => !["out_of_guest_ns", "off_cpu_ns"].includes(name))),
};

Deno.test("the first screen says what host, hypervisor and guest made of the shift, in at most 30 lines", () => {
  for (const width of [60, 80, 120, 200]) {
    const text = compareBrief(compareAll([HOST, VM]), width);
    const lines = text.trimEnd().split("\n");
    assert.ok(lines.length <= 30 && lines.every((line) => line.length <= width), text);
    const [, of, host, hypervisor, guest] =
      /\noffset by machine, of ([-+\d.]+) ms \(means\) \[.*?\]: ([-+\d.]+) host \[.*?\], ([-+\d.]+) hypervisor \[.*?\], ([-+\d.]+) guest \[/
        .exec(text.replaceAll(/\n {2}(?=\S)/g, " ").replaceAll(/,\s(?=[-+][\d.]+\])/g, ",")) ?? [];
    const sum = [host, hypervisor, guest].reduce((total, part) => total + Number(part), 0);
    assert.ok(Math.abs(sum - Number(of)) <= 0.003, text);
  }
});

Deno.test("all numbers of the split stand below, with what is so by definition", () => {
  for (const text of [compareText(compareAll([HOST, VM])), compareMarkdown(compareAll([HOST, VM]))]) {
    const words = text.replaceAll(/\s+/g, " ");
    assert.match(words, /parts of offset by machine: means in ms, n 12 \\?\+ 12/);
    assert.match(words, /A is a machine that measured itself: all of its offset is in guest, by definition/);
    assert.match(words, /host: the vCPU's thread had no CPU of its host; hypervisor: it had one/);
  }
});

Deno.test("a side whose host was not followed is named, and no split is made up for it", () => {
  const words = compareBrief(compareAll([UNSEEN, VM]), 200);
  assert.match(words, /\noffset by machine: no run of A has its host's part\n/);
  assert.doesNotMatch(compareText(compareAll([UNSEEN, VM])), /parts of offset by machine/);
  assert.doesNotMatch(compareBrief(compareAll([HOST, UNSEEN]), 200), /offset by machine/);
});
