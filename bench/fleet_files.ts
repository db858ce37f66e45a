/**
 * A synthetic fleet from a seed: hosts with series on themselves and in their VM, whose shift differs from host to host, by
 * kernel and a little from boot to boot. Used by the tests, the benchmark and
 * `deno run --allow-write bench/fleet_files.ts FOLDER HOSTS SERIES ROWS`.
 */

import type { Meta } from "../analysis/result/meta.ts";
import { generate } from "./generate.ts";

export interface FleetShape {
  readonly hosts: number;
  /** Of each host on each side. */
  readonly series: number;
  readonly rows: number;
  /** Overrides fields of the meta line. */
  readonly meta?: (host: number, env: string, series: number) => Partial<Meta>;
  /** ns; default: what differs by host and kernel. */
  readonly shiftNs?: (host: number) => number;
}

const KERNELS = ["6.1.0-40-amd64", "6.12.117-cloud-amd64"];
const CPUS = ["Generated CPU", "Generated CPU of another make"];

/** Every second host has the newer kernel, on which a VM is later; hosts lie some us apart besides. */
export function usualShiftNs(host: number): number {
  return 100_000 + (host % 2) * 20_000 + ((host * 7919) % 11 - 5) * 1_500;
}

/** Names and texts, host by host. */
export function* fleetFiles(
  { hosts, series, rows, meta, shiftNs = usualShiftNs }: FleetShape,
): Generator<readonly [name: string, text: string]> {
  for (let host = 0; host < hosts; host++) {
    const name = `web${String(host + 1).padStart(3, "0")}`;
    for (const env of ["host", "vm"]) {
      for (let one = 0; one < series; one++) {
        const seed = (host * 2 + (env === "vm" ? 1 : 0)) * series + one;
        const boot = ((seed * 104_729) % 13) * 200;
        const text = generate({
          rows,
          seed: seed + 1,
          env,
          shiftNs: boot + (env === "vm" ? shiftNs(host) : 0),
          meta: {
            host: name,
            boot_id: `boot-${seed}`,
            kernel: KERNELS[host % 2]!,
            cpu: CPUS[Math.floor(host / 2) % 2]!,
            started: new Date(Date.UTC(2026, 0, 1 + one % 28, host % 24)).toISOString(),
            ...meta?.(host, env, one),
          },
        });
        yield [`${env}-${name}-${one}.csv`, [...text].join("")];
      }
    }
  }
}

if (import.meta.main) {
  const [folder = "", hosts, series, rows] = Deno.args;
  Deno.mkdirSync(folder, { recursive: true });
  const shape = { hosts: Number(hosts), series: Number(series), rows: Number(rows) };
  for (const [name, text] of fleetFiles(shape)) Deno.writeTextFileSync(`${folder}/${name}`, text);
}
