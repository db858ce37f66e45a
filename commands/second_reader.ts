/**
 * Reads large files on a second CPU while the first file is read: a worker, which is this program again, with the
 * permissions that this call has left.
 */

import type { ResultFile } from "../analysis/result/file.ts";
import { arrived, moved, type MovedFile } from "../analysis/result/moved.ts";
import { readAnyFile } from "../runbook/files/result_in.ts";
import { SECOND_READER } from "./second_thread.ts";

/**
 * Smaller files are both read by the first thread before a worker has begun, whose code also runs for the first time: for
 * files of 6 MB it costs an eighth of all CPU time, for files of 12 MB the wall time is the same.
 */
const LARGE = 16_000_000;

/** A file that could not be read is null: whoever asks for it reads it again, and says what is wrong. */
interface Read {
  readonly index: number;
  readonly file: MovedFile | null;
}

export class SecondReader implements Disposable {
  readonly #worker: Worker;
  readonly #files = new Map<number, PromiseWithResolvers<ResultFile | null>>();

  /**
   * Begins to read every second file, those that are large files on a disk.
   *
   * @param program module with which this program begins
   * @returns null when there are none
   */
  static of(program: string, paths: readonly string[]): SecondReader | null {
    const indexes = paths.flatMap((path, index) => index % 2 === 1 && isLarge(path) ? [index] : []);
    return indexes.length === 0 ? null : new SecondReader(program, paths, indexes);
  }

  private constructor(program: string, paths: readonly string[], indexes: readonly number[]) {
    for (const index of indexes) this.#files.set(index, Promise.withResolvers());
    this.#worker = new Worker(program, { type: "module", name: SECOND_READER });
    this.#worker.onmessage = ({ data: { index, file } }: MessageEvent<Read>) =>
      this.#files.get(index)!.resolve(file === null ? null : arrived(file));
    this.#worker.onerror = (event) => {
      event.preventDefault();
      for (const { resolve } of this.#files.values()) resolve(null);
    };
    this.#worker.postMessage(indexes.map((index) => [index, paths[index]!]));
  }

  /** The file; null when it is not read here or could not be read. */
  async file(index: number): Promise<ResultFile | null> {
    return await this.#files.get(index)?.promise ?? null;
  }

  [Symbol.dispose](): void {
    this.#worker.terminate();
  }
}

function isLarge(path: string): boolean {
  try {
    const { isFile, size } = Deno.statSync(path);
    return isFile && size >= LARGE;
  } catch {
    return false;
  }
}

/** What the worker does. */
export function readAsSecond(): void {
  const thread = globalThis as unknown as {
    onmessage: (event: MessageEvent<readonly (readonly [index: number, path: string])[]>) => Promise<void>;
    postMessage(read: Read, memory: Transferable[]): void;
  };
  thread.onmessage = async ({ data }) => {
    for (const [index, path] of data) {
      const found = await readAnyFile(path).then(moved, () => null);
      thread.postMessage({ index, file: found?.file ?? null }, found?.memory ?? []);
    }
  };
}
