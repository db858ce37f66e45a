/**
 * Ctrl-C, SIGTERM and a lost terminal as one AbortSignal. A hangup that nohup ignores does not arrive here:
 * build/parts/launcher.c blocks it.
 */

import { EXIT, type ExitCode } from "../../analysis/failure.ts";

const SIGNALS: readonly (readonly [signal: Deno.Signal, code: ExitCode])[] = [
  ["SIGINT", EXIT.interrupt],
  ["SIGTERM", EXIT.terminated],
  ["SIGHUP", EXIT.hangup],
];

/** While this object exists, the signals end the measurement instead of the process. */
export class Interrupt implements Disposable {
  readonly #controller = new AbortController();
  readonly #listeners = SIGNALS.map(([signal, code]) => {
    const listener = () => {
      this.#controller.abort(code);
      // The second signal ends the process at once.
      this[Symbol.dispose]();
    };
    return [signal, listener] as const;
  });

  constructor() {
    for (const [signal, listener] of this.#listeners) Deno.addSignalListener(signal, listener);
  }

  /** Its reason is the exit code that belongs to the signal, see codeOfInterruption(). */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    for (const [signal, listener] of this.#listeners) Deno.removeSignalListener(signal, listener);
  }
}
