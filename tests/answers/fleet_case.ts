/** A fleet of nine hosts: one stands out, one has the other kernel's hooks, some files are left out. */

import { type Fleet, fleetOf } from "../../analysis/fleet/fleet.ts";
import { fleetSeries } from "../../analysis/fleet/series.ts";
import { sidesOf } from "../../analysis/fleet/sides.ts";
import { fleetJson } from "../../analysis/print/fleet/json.ts";
import { fleetText } from "../../analysis/print/fleet/text.ts";
import { tellFleet } from "../../analysis/print/fleet/told.ts";
import type { Meta } from "../../analysis/result/meta.ts";
import { fleetFiles, usualShiftNs } from "../../bench/fleet_files.ts";
import { generatedMeta } from "../../bench/generate.ts";
import { read } from "../analysis/result/result_fixture.ts";

const ENVS = ["host", "vm"] as const;

function oddMeta(host: number, env: string, series: number): Partial<Meta> {
  const { hooks, runbook } = generatedMeta(env);
  if (host === 3 && series === 1) return { started: "2025-01-02T00:00:00Z" };
  if (host === 4 && env === "vm") {
    return { hooks: hooks.map((hook) => hook.stage === "tkread" ? { ...hook, hook: "ktime_get" } : hook) };
  }
  if (host === 8 && env === "vm") return { runbook: { ...runbook, wake: "pipe" } };
  return {};
}

function fleet(): Fleet {
  const shiftNs = (host: number) => host === 6 ? 900_000 : usualShiftNs(host);
  const files = [...fleetFiles({ hosts: 9, series: 2, rows: 24, meta: oddMeta, shiftNs })];
  const [first] = files;
  const series = [...files, ["again.csv", first![1]] as const].map(([name, text]) =>
    fleetSeries(read(text, undefined, name), [])
  );
  return fleetOf(sidesOf(series, ENVS, "meta"), ENVS, { margins: {}, alpha: 0.05, besides: [] });
}

export function fleetOnPaper(): (readonly [name: string, text: string])[] {
  const made = fleet();
  const unread = [{ file: "notes.txt", reason: "is not a result file" }];
  const told = tellFleet(made, unread);
  return [
    ["fleet.json", fleetJson(made, unread)],
    ["fleet.txt", fleetText(told, false)],
    ["fleet_details.txt", fleetText(told, true)],
  ];
}
