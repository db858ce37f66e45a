/** Ctrl-C and SIGTERM as one AbortSignal. */

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

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
