/** A machine whose settings can be changed, on paper, except the state file, which is real. */

import type { SystemAccess } from "../../../runbook/machine/system_change.ts";

const CLOCKSOURCES = "/sys/devices/system/clocksource/clocksource0";
export const CLOCKSOURCE = `${CLOCKSOURCES}/current_clocksource`;
export const LATENCY = "/dev/cpu_dma_latency";

/** Idle states of a CPU, and the file that disables one. */
export const IDLE_STATES = ["POLL", "C1", "C6"] as const;
export const disableOf = (cpu: number, state: number) =>
  `/sys/devices/system/cpu/cpu${cpu}/cpuidle/state${state}/disable`;

export class PaperSystem implements Disposable, SystemAccess {
  readonly #temporary = Deno.makeTempDirSync({ prefix: "probe-system-" });
  readonly folder = `${this.#temporary}/probe`;
  readonly owner = Deno.uid() ?? -1;
  readonly said: string[] = [];
  readonly files = new Map([
    [CLOCKSOURCE, "hpet\n"],
    [`${CLOCKSOURCES}/available_clocksource`, "tsc hpet acpi_pm \n"],
    ["/proc/sys/kernel/random/boot_id", "boot-1\n"],
    ["/sys/devices/system/cpu/online", "0-1\n"],
  ]);
  /** What is written into the latency's file, us, by each process that holds it open. */
  readonly latencies: number[] = [];
  hasLatency = true;
  /** How the kernel reacts to a write. */
  onWrite = (path: string, text: string): boolean => {
    this.files.set(path, `${text}\n`);
    return true;
  };

  constructor() {
    for (const cpu of [0, 1]) {
      for (const [state, name] of IDLE_STATES.entries()) {
        const folder = `/sys/devices/system/cpu/cpu${cpu}/cpuidle/state${state}`;
        this.files.set(`${folder}/name`, `${name}\n`);
        this.files.set(`${folder}/latency`, `${100 * state}\n`);
        this.files.set(`${folder}/disable`, "0\n");
      }
    }
  }

  read = (path: string) => this.files.get(path) ?? null;
  write = (path: string, text: string) => this.onWrite(path, text);
  say = (message: string) => void this.said.push(message);

  readBytes = (path: string) => {
    if (path !== LATENCY || !this.hasLatency) return null;
    return new Uint8Array(new Int32Array([Math.min(2_000_000_000, ...this.latencies)]).buffer);
  };

  hold = (path: string, bytes: Uint8Array<ArrayBuffer>) => {
    if (path !== LATENCY || !this.hasLatency) return null;
    const [latency = NaN] = new Int32Array(bytes.buffer);
    this.latencies.push(latency);
    return { [Symbol.dispose]: () => void this.latencies.splice(this.latencies.indexOf(latency), 1) };
  };

  get clocksource(): string {
    return this.files.get(CLOCKSOURCE)!.trim();
  }

  /** Which idle states are disabled, `CPU:STATE`. */
  get disabled(): string[] {
    return [0, 1].flatMap((cpu) =>
      IDLE_STATES.flatMap((_, state) =>
        this.files.get(disableOf(cpu, state)) === "1\n" ? [`${cpu}:${state}`] : []
      )
    );
  }

  /** What is in the state's folder. */
  get left(): string[] {
    try {
      return [...Deno.readDirSync(this.folder)].map(({ name }) => name);
    } catch {
      return [];
    }
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.#temporary, { recursive: true });
  }
}
