/** Where a file's numbers come from: the file, its machine, its target, its protocol, its hooks. */

import { attributeTexts } from "../../result/attributes.ts";
import type { HookFact, Meta } from "../../result/meta.ts";
import type { Show } from "../../show/show.ts";
import type { Field } from "../model.ts";
import { chosen, exact, plain } from "../said.ts";

/** The file on disk. */
export interface StoredFile {
  readonly name: string;
  /** Digest of its bytes, in hex. */
  readonly sha256: string;
  readonly bytes: number;
}

export function fileFields({ name, sha256, bytes }: StoredFile, meta: Meta, runs: Show["runs"]): Field[] {
  return [
    { label: "file", says: plain(name) },
    { label: "SHA-256", says: plain(sha256) },
    { label: "bytes", says: exact(bytes) },
    { label: "began", says: plain(meta.started) },
    { label: "runs", says: exact(runs.rows) },
    { label: "complete", says: exact(runs.complete) },
    { label: "timed out", says: exact(runs.timeout) },
    { label: "aborted", says: exact(runs.aborted) },
  ];
}

export function machineFields(meta: Meta): Field[] {
  const { current, available } = meta.clocksource;
  return [
    { label: "env", says: plain(meta.env) },
    { label: "host", says: plain(meta.host) },
    { label: "kernel", says: plain(meta.kernel) },
    { label: "arch", says: plain(meta.arch) },
    { label: "cpu", says: plain(meta.cpu) },
    { label: "cpus", says: exact(meta.cpus) },
    { label: "virtualization", says: plain(meta.virtualization) },
    { label: "boot_id", says: plain(meta.boot_id) },
    { label: "clocksource", says: plain(`${current} of ${available.join(", ")}`) },
    { label: "tier", says: plain(meta.tier) },
    { label: "decode", says: plain(meta.decode) },
    { label: "edge known to", says: chosen(meta.edge_uncertainty_ns) },
    ...meta.pulse === undefined ? [] : [{ label: "pulses", says: plain(meta.pulse) }],
    { label: "clock_step_counter", says: plain(meta.clock_step_counter) },
    { label: "written by probe", says: plain(meta.probe) },
  ];
}

export const ATTRIBUTES = "attributes of the target";

/** How the target was scheduled; empty for a file that does not record it. */
export function attributeFields(said: Parameters<typeof attributeTexts>[0]): Field[] {
  return attributeTexts(said).flatMap(({ name, text }) =>
    text === null ? [] : [{ label: name, says: plain(text) }]
  );
}

export function protocolFields({ runbook, runbook_sha256 }: Meta): Field[] {
  return [
    { label: "SHA-256", says: plain(runbook_sha256) },
    ...Object.keys(runbook).sort().map((key) => ({ label: key, says: plain(String(runbook[key])) })),
  ];
}

/** For each stage, everything that was tried. */
export function hookFields({ hooks }: Meta): Field[] {
  const stages = [...new Set(hooks.map(({ stage }) => stage))];
  return stages.map((stage) => ({
    label: stage,
    says: plain(hooks.filter((hook) => hook.stage === stage).map(hookInWords).join("; ")),
  }));
}

function hookInWords({ kind, hook, attached, reason }: HookFact): string {
  if (attached) return `${kind} ${hook}`;
  return `${kind} ${hook} not attached${reason === undefined ? "" : ` (${reason})`}`;
}
