import assert from "node:assert/strict";
import fc from "fast-check";
import { diagnose } from "../../../runbook/doctor/doctor.ts";
import { reportJson } from "../../../runbook/doctor/json.ts";
import { reportText } from "../../../runbook/doctor/text.ts";
import {
  ABSENT,
  ALL_TIERS,
  examined,
  hooksAt,
  NO_TIER,
  NOTHING,
  notrace,
  UNKNOWN_TIERS,
} from "./doctor_fixture.ts";

const [FULL, ...LOWER] = ALL_TIERS.tiers;
const SOME_MISSING = {
  ...ALL_TIERS,
  tiers: [
    {
      ...FULL!,
      hooks: hooksAt("full", {
        read_tsc: notrace("read_tsc"),
        kvm_clock_get_cycles: notrace("kvm_clock_get_cycles"),
        acpi_pm_read: ABSENT,
        read_hv_clock_tsc: ABSENT,
        change_clocksource: ABSENT,
      }),
    },
    ...LOWER,
  ],
};

const REPORTS = [
  examined(),
  examined({ attachments: SOME_MISSING }),
  examined({ attachments: NO_TIER }),
  examined({ attachments: UNKNOWN_TIERS }),
  NOTHING,
].map(diagnose);

Deno.test("the text begins with the verdict, fits 80 columns and explains every no", () => {
  for (const report of REPORTS) {
    const text = reportText(report);
    const lines = text.split("\n");
    assert.ok(text.replaceAll("\n", " ").startsWith(report.verdict.text), lines[0]);
    for (const line of lines) assert.ok(line.length <= 80, line);
    const count = (pattern: RegExp) => lines.filter((line) => pattern.test(line)).length;
    assert.equal(count(/^ {7}prevents: ./), count(/^ {2}no /));
    assert.equal(count(/^ {7}remedy: {3}./), count(/^ {2}no /));
    const unknown = [...report.checks, ...report.tiers].filter(({ answer }) =>
      answer.outcome === "could not tell"
    );
    assert.equal(count(/^ {2}\? /), unknown.length);
  }
});

Deno.test("missing hooks stand under the reason and the remedy that they share", () => {
  const text = reportText(diagnose(examined({ attachments: SOME_MISSING })));
  const section = text.slice(text.indexOf("hooks at tier full"), text.indexOf("privileges")).replaceAll(
    /\s+/g,
    " ",
  );
  assert.match(
    section,
    /no 2 hooks: fentry: the kernel forbids tracing it \(notrace\) fentry\/read_tsc, fentry\/kvm_clock_get_cycles prevents:/,
  );
  assert.match(section, /no 3 hooks: fentry: not in the kernel's BTF/);
  assert.match(
    section,
    /fentry\/acpi_pm_read, fentry\/read_hv_clock_tsc, fentry\/change_clocksource prevents: /,
  );
  assert.equal(section.match(/fentry\/read_hpet/g)?.length, 1);
});

Deno.test("text from the machine cannot break out of its line", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    const report = diagnose(
      examined({ files: { "/proc/sys/kernel/osrelease": `6.12${text}`, "/proc/cmdline": text } }),
    );
    const lines = reportText(report).split("\n");
    // deno-lint-ignore no-control-regex
    for (const line of lines) assert.doesNotMatch(line, /[\x00-\x1f\x7f]/);
  }));
});

const ANSWER_KEYS = ["found", "outcome", "prevents", "remedy"];

Deno.test("the JSON has the fields that its description promises, and no others", () => {
  for (const report of REPORTS) {
    const json = JSON.parse(reportJson(report));
    const keys = (value: object) => Object.keys(value).sort();
    assert.deepEqual(keys(json), ["checks", "facts", "kind", "machine", "tiers", "verdict", "version"]);
    assert.deepEqual([json.version, json.kind], [1, "doctor"]);
    assert.deepEqual(json.verdict, report.verdict);
    assert.deepEqual(json.machine, report.machine);
    assert.deepEqual(json.facts, report.facts);
    assert.deepEqual(json.tiers.map(({ tier }: { tier: string }) => tier), [
      "full",
      "kprobe",
      "raw",
      "tracepoint",
    ]);
    for (const tier of json.tiers) assert.deepEqual(keys(tier), [...ANSWER_KEYS, "hooks", "tier"].sort());
    for (const check of json.checks) {
      assert.deepEqual(keys(check), [...ANSWER_KEYS, "asks", "id", "topic"].sort());
    }
    for (const { outcome, prevents, remedy } of [...json.tiers, ...json.checks]) {
      assert.equal(prevents !== null && remedy !== null, outcome === "no");
    }
  }
});

Deno.test("in the JSON each hook that is not attached has a reason, what that prevents, and a remedy", () => {
  const json = JSON.parse(reportJson(diagnose(examined({ attachments: SOME_MISSING }))));
  for (const hook of json.tiers[0].hooks) {
    assert.deepEqual(Object.keys(hook), [
      "stage",
      "hook",
      "kind",
      "attached",
      "reason",
      "prevents",
      "remedy",
    ]);
    for (const field of ["reason", "prevents", "remedy"]) {
      assert.equal(hook[field] === null, hook.attached, hook.hook);
    }
  }
  assert.equal(
    json.tiers[0].hooks.find(({ hook }: { hook: string }) => hook === "read_tsc").reason,
    "fentry: the kernel forbids tracing read_tsc (notrace)",
  );
});
