import assert from "node:assert/strict";
import {
  formatHostEventsHead,
  formatHostLine,
  type HostRun,
  type HostTurn,
  parseHostEvents,
} from "../../../analysis/host/host_events.ts";

const TURN: HostTurn = {
  turn: 1,
  counter: { offset: "-5", ratio: "1", fraction_bits: 0 },
  samples: [["9007199254740993", "18014398509481987", 20, "1700000000000000000", 30]],
};
const RUN: HostRun = {
  run: 1,
  correlation_id: "21a457ff9f243be3",
  ttwu_ns: "9007199254740993",
  host_ttwu_at_ns: "9007199254740999",
  uncertainty_ns: 80,
  left_out: 0,
  events: [
    { at: -25_000, kind: "waking", vcpu: 0, cpu: 3, by: "timer apic_timer_fn" },
    { at: -18_000, since: -90_000, kind: "run", vcpu: 0, cpu: 3, reason: null },
  ],
};
const HEAD = formatHostEventsHead({ process: 7, hooks: [] });

Deno.test("what is written of a VM's host is read back as it was", () => {
  const parsed = parseHostEvents(HEAD + formatHostLine(TURN) + formatHostLine(RUN));
  assert.ok(typeof parsed === "object", String(parsed));
  assert.deepEqual([parsed.turns, parsed.runs], [[TURN], [RUN]]);
  assert.equal(parsed.head.process, 7);
});

Deno.test("a last line that is cut off is passed over; anything else that is not a run is refused by its line", () => {
  const cut = parseHostEvents(HEAD + formatHostLine(RUN) + formatHostLine(RUN).slice(0, 40));
  assert.ok(typeof cut === "object" && cut.runs.length === 1);
  assert.match(String(parseHostEvents("run,correlation_id\n")), /does not say probe_host_events 1/);
  assert.match(String(parseHostEvents("")), /does not say/);
  const later = HEAD.replace(":1,", ":2,");
  assert.match(String(parseHostEvents(later)), /does not say probe_host_events 1/);
  assert.match(String(parseHostEvents(`${HEAD}${formatHostLine(RUN)}{"run":"x"}\n`)), /^line 3 is neither/);
});
