/** What a guest prints on its console, or a program in it on a stream, line by line. */

import { writeAll } from "../../system/write_all.ts";

export class GuestConsole {
  /** Complete lines, oldest first, without their line ends. */
  readonly lines: string[] = [];
  readonly #finished: Promise<void>;

  constructor(
    from: ReadableStream<Uint8Array>,
    options: { onConsole?: (line: string) => void; consoleFile?: string },
  ) {
    this.#finished = this.#read(from, options);
  }

  /** Resolves when the console has ended and every line was delivered. */
  end(): Promise<void> {
    return this.#finished;
  }

  async #read(
    from: ReadableStream<Uint8Array>,
    { onConsole, consoleFile }: { onConsole?: (line: string) => void; consoleFile?: string },
  ): Promise<void> {
    using file = consoleFile === undefined
      ? undefined
      : await Deno.open(consoleFile, { write: true, create: true, truncate: true });
    const decoder = new TextDecoder();
    const deliver = (line: string) => {
      const text = line.replace(/\r+$/, "");
      this.lines.push(text);
      onConsole?.(text);
    };
    let open = "";
    for await (const bytes of from) {
      if (file !== undefined) await writeAll(file, bytes);
      const lines = (open + decoder.decode(bytes, { stream: true })).split("\n");
      open = lines.pop()!;
      lines.forEach(deliver);
    }
    if (open !== "") deliver(open);
  }
}
