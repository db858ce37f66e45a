/**
 * Calls of the commands that read files, on files that are kept here; doctor's reports on machines on paper;
 * and two comparisons of generated files: one so small that its intervals are exact, one with tails. The output
 * of each is kept next to them, byte by byte. After an intended change, `deno run -A tests/answers/record.ts`
 * writes it anew; read the difference before you commit it.
 */

import { judge } from "../../analysis/gate/judge.ts";
import { parsePolicy } from "../../analysis/gate/policy.ts";
import { historyOf } from "../../analysis/history/history.ts";
import { historySeries } from "../../analysis/history/series.ts";
import { compareText } from "../../analysis/print/compare/text.ts";
import { gateJson } from "../../analysis/print/gate/json.ts";
import { gateJunit } from "../../analysis/print/gate/junit.ts";
import { gateMarkdown } from "../../analysis/print/gate/markdown.ts";
import { gateText } from "../../analysis/print/gate/text.ts";
import { tellGate } from "../../analysis/print/gate/told.ts";
import { historyJson } from "../../analysis/print/history/json.ts";
import { historyText } from "../../analysis/print/history/text.ts";
import { tellHistory } from "../../analysis/print/history/told.ts";
import { historyPage } from "../../analysis/report/history/page.ts";
import type { ResultFile } from "../../analysis/result/file.ts";
import { subset } from "../../analysis/result/subset.ts";
import { generate, type Generated, generatedMeta } from "../../bench/generate.ts";
import { main } from "../../main.ts";
import { diagnose } from "../../runbook/doctor/doctor.ts";
import { reportJson } from "../../runbook/doctor/json.ts";
import { reportText } from "../../runbook/doctor/text.ts";
import { compare } from "../analysis/compare/compare_fixture.ts";
import { read } from "../analysis/result/result_fixture.ts";
import { fleetOnPaper } from "./fleet_case.ts";
import { ABSENT, ALL_TIERS, examined, hooksAt, NOTHING, notrace } from "../runbook/doctor/doctor_fixture.ts";

export const FILES = "tests/answers/files";
const HOST = `${FILES}/host.csv`;
const VM = `${FILES}/vm.csv`;
const TRACEPOINT = `${FILES}/tracepoint.csv`;
const CUT_OFF = `${FILES}/cut_off.csv`;
/** From bench/generate.ts: the same protocol and hooks on both sides, so every question gets an answer. */
const MADE_A = `${FILES}/made_a.csv`;
const MADE_B = `${FILES}/made_b.csv`;
/** Two guests, measured with the parts of each run's time. */
const PARTS_A = `${FILES}/parts_a.csv`;
const PARTS_B = `${FILES}/parts_b.csv`;
/** The emulated host of the lab and a KVM guest on it, with what the host saw of the guest's vCPUs. */
const LAB_HOST = `${FILES}/lab_host.csv`;
const LAB_VM = `${FILES}/lab_vm.csv`;

export const EXPECTED = "tests/answers/expected";

export interface Case {
  /** Name of the file with the output. */
  readonly name: string;
  readonly args: readonly string[];
  /** Width of the terminal; absent when stdout is not a terminal. */
  readonly columns?: number;
}

export const CASES: readonly Case[] = [
  { name: "compare.txt", args: ["compare", "--details", HOST, VM] },
  { name: "compare_wide.txt", args: ["compare", "--color", "always", "--details", HOST, VM], columns: 160 },
  {
    name: "compare_by.txt",
    args: ["compare", "--details", "--by", "load,wake", "--margin", "100us", HOST, VM],
  },
  { name: "compare_tiers.txt", args: ["compare", "--details", HOST, TRACEPOINT] },
  { name: "compare_three.txt", args: ["compare", "--details", HOST, VM, CUT_OFF] },
  {
    name: "compare_gate.txt",
    args: ["compare", "--details", "--fail-on", "DIFFERENT,INCONCLUSIVE", HOST, CUT_OFF],
  },
  { name: "compare.json", args: ["compare", "--format", "json", HOST, VM] },
  { name: "compare_three.json", args: ["compare", "--format", "json", HOST, VM, TRACEPOINT] },
  { name: "compare.csv", args: ["compare", "--format", "csv", HOST, VM] },
  { name: "compare.md", args: ["compare", "--format", "markdown", HOST, VM] },
  { name: "compare_three.md", args: ["compare", "--format", "markdown", HOST, VM, CUT_OFF] },
  { name: "compare.html", args: ["compare", "--format", "html", HOST, VM] },
  { name: "brief.txt", args: ["compare", HOST, VM] },
  { name: "brief_made.txt", args: ["compare", MADE_A, MADE_B] },
  { name: "brief_share.txt", args: ["compare", "--margin", "10%", MADE_A, MADE_B] },
  {
    name: "brief_narrow.txt",
    args: ["compare", "--color", "always", "--margin", "10%", MADE_A, MADE_B],
    columns: 60,
  },
  { name: "brief_wide.txt", args: ["compare", "--color", "always", MADE_A, MADE_B], columns: 130 },
  { name: "brief_three.txt", args: ["compare", HOST, VM, CUT_OFF] },
  { name: "compare_made.txt", args: ["compare", "--details", MADE_A, MADE_B] },
  {
    name: "compare_made_wide.txt",
    args: ["compare", "--color", "always", "--details", MADE_A, MADE_B],
    columns: 130,
  },
  { name: "compare_made.json", args: ["compare", "--format", "json", MADE_A, MADE_B] },
  { name: "compare_made.csv", args: ["compare", "--format", "csv", "--by", "target_cpu", MADE_A, MADE_B] },
  { name: "compare_made.md", args: ["compare", "--format", "markdown", MADE_A, MADE_B] },
  { name: "compare_made.html", args: ["compare", "--format", "html", MADE_A, MADE_B] },
  { name: "compare_one.html", args: ["compare", "--format", "html", MADE_A, MADE_A] },
  { name: "brief_parts.txt", args: ["compare", PARTS_A, PARTS_B] },
  { name: "compare_parts.txt", args: ["compare", "--details", PARTS_A, PARTS_B] },
  { name: "compare_parts.json", args: ["compare", "--format", "json", PARTS_A, PARTS_B] },
  { name: "compare_parts.md", args: ["compare", "--format", "markdown", PARTS_A, PARTS_B] },
  { name: "compare_parts.html", args: ["compare", "--format", "html", PARTS_A, PARTS_B] },
  { name: "show_parts.txt", args: ["show", PARTS_A] },
  { name: "show_parts.json", args: ["show", "--format", "json", PARTS_B] },
  { name: "brief_lab.txt", args: ["compare", LAB_HOST, LAB_VM] },
  { name: "compare_lab.md", args: ["compare", "--format", "markdown", LAB_HOST, LAB_VM] },
  { name: "compare_lab.json", args: ["compare", "--format", "json", LAB_HOST, LAB_VM] },
  { name: "show_lab.txt", args: ["show", LAB_VM] },
  { name: "show_lab.json", args: ["show", "--format", "json", LAB_VM] },
  { name: "show_made.txt", args: ["show", MADE_B] },
  { name: "show_host.txt", args: ["show", HOST] },
  { name: "show_wide.txt", args: ["show", "--by", "path,target_cpu", VM], columns: 160 },
  { name: "show_tracepoint.txt", args: ["show", TRACEPOINT] },
  { name: "show_cut_off.txt", args: ["show", CUT_OFF] },
  { name: "show_vm.json", args: ["show", "--format", "json", VM] },
  { name: "power.txt", args: ["power", HOST, VM] },
  { name: "power.json", args: ["power", "--format", "json", "--margin", "2ms", HOST] },
  { name: "export.folded", args: ["export", "--format", "folded", VM] },
  { name: "export.lab.json", args: ["export", "--format", "perfetto", LAB_VM] },
  { name: "export.perfetto.json", args: ["export", "--format", "perfetto", CUT_OFF] },
  { name: "help.txt", args: ["--help"] },
  ...[
    "doctor",
    "run",
    "ab",
    "compare",
    "gate",
    "history",
    "fleet",
    "show",
    "power",
    "report",
    "export",
    "runbook",
    "completions",
    "licenses",
    "help",
    "version",
  ]
    .map((command) => ({ name: `help_${command}.txt`, args: [command, "--help"] })),
];

/** What the call prints to stdout and then, under a line of its own, to stderr, and its exit code. */
export async function answerTo({ args, columns }: Case): Promise<string> {
  let stdout = "";
  let stderr = "";
  const exitCode = await main(args, {
    stdout: (text) => stdout += text,
    stderr: (text) => stderr += text,
    ...(columns === undefined ? {} : { columns }),
  });
  const rest = stderr === "" && exitCode === 0 ? "" : `---- stderr, exit code ${exitCode}\n${stderr}`;
  return `${stdout}${rest}`;
}

const DOCTORS = {
  all: examined(),
  nothing: NOTHING,
  lacking: examined({
    files: { "/proc/sys/kernel/kptr_restrict": "2\n", "/dev/pps0": null, "/sys/class/pps/pps0": null },
    attachments: {
      ...ALL_TIERS,
      tiers: ALL_TIERS.tiers.map((finding) => ({
        ...finding,
        hooks: hooksAt(finding.tier, {
          read_tsc: notrace("read_tsc"),
          sched_ttwu_pending: ABSENT,
        }),
      })),
    },
  }),
};

/** File name and text of each answer that is not made from a file. */
export function onPaper(): (readonly [name: string, text: string])[] {
  const doctors = Object.entries(DOCTORS).flatMap(([name, machine]) => {
    const report = diagnose(machine);
    return [[`doctor_${name}.txt`, reportText(report)], [`doctor_${name}.json`, reportJson(report)]] as const;
  });
  return [...doctors, ...comparisons(), ...gates(), ...histories(), ...fleetOnPaper()];
}

const POLICY = `version = 1
[questions]
offset = "20 %"
ttwu_to_tkread = "runbook"
edge_to_wakeup = "10 %"
offset_p95 = "20 %"
missed_deadline = "5 %"
`;

/** One that passes in part, and one of which runs timed out. */
function gates(): (readonly [name: string, text: string])[] {
  const [a, b] = tailed();
  const c = { ...b, name: "later.csv", meta: { ...b.meta, started: "2026-01-03T00:00:00Z" } };
  const files = [a, subset(b, withoutTimeouts(b), "complete"), c];
  const policy = parsePolicy("policy.toml", POLICY);
  const gated = {
    judgement: judge(
      files.map((file) => ({ file, path: file.name, asked: new Map() })),
      policy,
      "policy.toml",
    ),
    policy,
    policyFile: { name: "policy.toml", sha256: "0".repeat(64) },
    files: files.map(({ name }, index) => ({ name, sha256: String(index + 1).repeat(64) })),
    probe: "0.1.0",
  };
  const told = tellGate(gated);
  return [
    ["gate.json", gateJson(gated)],
    ["gate.txt", gateText(told)],
    ["gate.md", gateMarkdown(told)],
    ["gate.xml", gateJunit(told)],
  ];
}

/** Levels that change once, with the kernel; in one series nothing was observed, and one is of another env. */
function histories(): (readonly [name: string, text: string])[] {
  const series = Array.from({ length: 16 }, (_, day) => {
    const started = `2026-01-${String(day + 1).padStart(2, "0")}T00:00:00Z`;
    const kernel = day < 9 ? "6.12.117-cloud-amd64" : "6.12.130-cloud-amd64";
    const env = day === 5 ? "vm" : "host";
    const timeouts = day === 7 ? { timeoutEvery: 1 } : {};
    const meta = { started, kernel, boot_id: `boot-${day >> 2}` };
    const text = [...generate({ rows: 20, seed: day, env, shiftNs: day < 9 ? 0 : 9000, meta, ...timeouts })];
    return historySeries(read(text.join(""), undefined, `${started.slice(0, 10)}.csv`), null);
  });
  const history = historyOf(series);
  const unread = [{ file: "notes.txt", reason: "is not a result file" }];
  return [
    ["history.json", historyJson(history, unread)],
    ["history.txt", historyText(tellHistory(history, unread))],
    ["history.html", historyPage({ version: "0.1.0", history, unread })],
  ];
}

function withoutTimeouts({ texts: { status } }: ResultFile): Uint8Array {
  return Uint8Array.from(status.codes(), (code) => status.values[code] === "timeout" ? 0 : 1);
}

function comparisons(): (readonly [name: string, text: string])[] {
  return [
    ["compare_small.txt", compareText([compare(...small())])],
    ["compare_tails.txt", compareText([compare(...tailed())])],
  ];
}

/** So many runs that P99 has bounds, some of them timed out, and a deadline. */
function tailed(): [ResultFile, ResultFile] {
  const runbook = { ...generatedMeta("host").runbook, deadline_ns: 120_000 };
  const made = (options: Generated) => read([...generate(options)].join(""), undefined, `${options.env}.csv`);
  return [
    made({ rows: 400, seed: 1, env: "host", meta: { runbook } }),
    made({
      rows: 400,
      seed: 2,
      env: "vm",
      timeoutEvery: 100,
      meta: { started: "2026-01-02T00:00:00Z", runbook },
    }),
  ];
}

function small(): [ResultFile, ResultFile] {
  const made = (options: Generated) => read([...generate(options)].join(""), undefined, `${options.env}.csv`);
  const other = { started: "2026-01-02T00:00:00Z", kernel: "6.1.0-50-amd64" };
  return [
    made({ rows: 30, seed: 1, env: "host" }),
    made({ rows: 30, seed: 2, env: "vm", timeoutEvery: 10, meta: other }),
  ];
}
