/**
 * Ctrl-C, SIGTERM and a lost terminal as one AbortSignal. A hangup that nohup ignores does not arrive here:
 * build/parts/launcher.c blocks it.
 */

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** While this object exists, the signals end the measurement instead of the process. */
export class Interrupt implements Disposable {
  readonly #controller = new AbortController();
  readonly #listener = () => {
    this.#controller.abort();
    // The second signal ends the process at once.
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
