/** The starter's side of the agent's protocol (described in agent.ts), over any pair of byte streams. */

/** The result of one script in the guest. */
export interface ScriptOutput {
  /** Exit code as a shell reports it: 128 + n when signal n ended the script. */
  code: number;
  stdout: Uint8Array;
  stderr: Uint8Array;
}

/** The guest's end of the port is closed: QEMU has ended. */
export class PortClosed extends Error {
  override readonly name = "PortClosed";
}

/** The received bytes are not the ones that were sent. */
export class TornTransfer extends Error {
  override readonly name = "TornTransfer";
}

/**
 * The guest's terminal layer holds 64 KiB; bytes beyond that, sent before the agent reads, are lost silently.
 */
export const LARGEST_REQUEST = 32 * 1024;

type Chunk = Uint8Array<ArrayBuffer>;

/** Sends scripts one at a time and returns their answers. */
export class AgentPort {
  readonly #writer: WritableStreamDefaultWriter<Chunk>;
  readonly #reader: PortReader;
  #last: Promise<unknown> = Promise.resolve();
  #pending = 0;
  #id = 0;

  constructor(toGuest: WritableStream<Chunk>, fromGuest: ReadableStream<Uint8Array>) {
    this.#writer = toGuest.getWriter();
    this.#reader = new PortReader(fromGuest);
  }

  /** Resolves when the agent is ready. */
  async ready(): Promise<void> {
    const said = await this.#reader.line();
    if (said !== "ready") throw new TornTransfer(`the agent's first line is "${said}", not "ready"`);
  }

  /**
   * Runs `script` in the guest, after all earlier requests. `payload` follows it; the script reads it from
   * descriptor 3. Together they are at most LARGEST_REQUEST bytes.
   */
  request(script: string, payload: Uint8Array = new Uint8Array()): Promise<ScriptOutput> {
    const body = new TextEncoder().encode(script);
    const size = body.length + payload.length;
    if (size > LARGEST_REQUEST) {
      throw new RangeError(`A request to the guest has at most ${LARGEST_REQUEST} bytes, got ${size}`);
    }
    this.#pending++;
    const answer = this.#last.then(() => this.#exchange(body, payload)).finally(() => this.#pending--);
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  /** Tells an idle agent that its starter is alive; during a request the agent knows. */
  async keepAlive(): Promise<void> {
    if (this.#pending === 0) await this.#send(new TextEncoder().encode("\n"));
  }

  /** Closes both streams, without waiting for the other side. */
  async close(): Promise<void> {
    await Promise.allSettled([this.#writer.abort(), this.#reader.close()]);
  }

  async #exchange(body: Uint8Array<ArrayBuffer>, payload: Uint8Array): Promise<ScriptOutput> {
    const id = ++this.#id;
    const header = new TextEncoder().encode(`${id} ${body.length} ${await sha256(body)}\n`);
    await this.#send(concatenate([header, body, payload]));
    const line = await this.#reader.line();
    const match = /^(\d+) (\d+) (\d+) (\d+) ([0-9a-f]{64})$/.exec(line);
    if (match === null || Number(match[1]) !== id) {
      throw new TornTransfer(`the guest's answer to request ${id} is "${line}"`);
    }
    const stdout = await this.#reader.bytes(Number(match[3]));
    const stderr = await this.#reader.bytes(Number(match[4]));
    if (await sha256(concatenate([stdout, stderr])) !== match[5]) {
      throw new TornTransfer(`the guest's answer to request ${id} arrived with changed bytes`);
    }
    return { code: Number(match[2]), stdout, stderr };
  }

  async #send(bytes: Chunk): Promise<void> {
    try {
      await this.#writer.write(bytes);
    } catch (cause) {
      throw new PortClosed("QEMU takes no more input", { cause });
    }
  }
}

/** Reads what a guest sends: lines, and bytes between them. */
export class PortReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();

  constructor(fromGuest: ReadableStream<Uint8Array>) {
    this.#reader = fromGuest.getReader();
  }

  /** Closes the stream. */
  async close(): Promise<void> {
    await this.#reader.cancel();
  }

  /** The next line, without its end. */
  async line(): Promise<string> {
    for (;;) {
      const end = this.#rest.indexOf(0x0a);
      if (end >= 0) {
        const line = new TextDecoder().decode(this.#rest.subarray(0, end));
        this.#rest = this.#rest.subarray(end + 1);
        return line;
      }
      this.#rest = concatenate([this.#rest, await this.#more()]);
    }
  }

  /** The next `size` bytes. */
  async bytes(size: number): Promise<Chunk> {
    const bytes = new Uint8Array(size);
    for (let done = 0; done < size;) {
      if (this.#rest.length === 0) this.#rest = await this.#more();
      const part = this.#rest.subarray(0, size - done);
      bytes.set(part, done);
      this.#rest = this.#rest.subarray(part.length);
      done += part.length;
    }
    return bytes;
  }

  async #more(): Promise<Uint8Array> {
    const { value } = await this.#reader.read();
    if (value === undefined) throw new PortClosed("QEMU ended");
    return value;
  }
}

/** Lower-case hexadecimal SHA-256. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

function concatenate(parts: readonly Uint8Array[]): Chunk {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
