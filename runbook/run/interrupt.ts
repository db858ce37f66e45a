/**
 * Ctrl-C, SIGTERM and a lost terminal as one AbortSignal. A hangup that nohup has ignored does not come here:
 * build/parts/launcher.c blocks it.
 */

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** From its construction to its disposal the signals end the measurement, not the process. */
export class Interrupt implements Disposable {
  readonly #controller = new AbortController();
  readonly #listener = () => {
    this.#controller.abort();
    // The second one ends the process, whatever it is doing.
    this[Symbol.dispose]();
  };

  constructor() {
    for (const signal of SIGNALS) Deno.addSignalListener(signal, this.#listener);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    for (const signal of SIGNALS) Deno.removeSignalListener(signal, this.#listener);
  }
}
