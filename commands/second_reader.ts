/**
 * A worker, which is this program again with the permissions that this call has left: it reads every second file on a
 * second CPU while the first one is read. Of two files it then says what the first screen says of keys, while the
 * questions are answered here.
 */

import type { KeyOptions } from "../analysis/compare/keyed.ts";
import { briefKeysAlone } from "../analysis/print/keys/brief.ts";
import type { Said } from "../analysis/print/model.ts";
import type { ResultFile } from "../analysis/result/file.ts";
import { arrived, shared, type SharedFile } from "../analysis/result/shared.ts";
import { readAnyFile } from "../runbook/files/result_in.ts";
import { SECOND_READER } from "./second_thread.ts";

/**
 * Smaller files are read and compared by the first thread before a worker has begun, whose code also runs for the first
 * time: for files of 6 MB the wall time is the same, and all CPU time is a third more.
 */
const LARGE = 16_000_000;

/** What the worker is to do: read these files, and wait for the baseline where it is asked about keys. */
interface Task {
  readonly files: readonly (readonly [index: number, path: string])[];
  /** Null: it is not asked. */
  readonly keys: KeyOptions | null;
}

interface Given {
  readonly baseline: SharedFile;
}

/** A file that could not be read is null: whoever asks for it reads it again, and says what is wrong. */
interface Read {
  readonly index: number;
  readonly file: SharedFile | null;
}

/** Null where they could not be told: whoever asks tells them, and says what is wrong. */
interface Told {
  readonly keys: readonly Said[] | null;
}

export class SecondReader implements Disposable {
  readonly #worker: Worker;
  readonly #files = new Map<number, PromiseWithResolvers<ResultFile | null>>();
  readonly #keys: PromiseWithResolvers<readonly Said[] | null> | null;

  /**
   * Begins to read every second file, those that are large files on a disk.
   *
   * @param program module with which this program begins
   * @param keys how the keys of two files are compared; null: nobody asks
   * @returns null when there are none
   */
  static of(program: string, paths: readonly string[], keys: KeyOptions | null): SecondReader | null {
    const files = paths.flatMap((path, index) =>
      index % 2 === 1 && isLarge(path) ? [[index, path] as const] : []
    );
    return files.length === 0
      ? null
      : new SecondReader(program, { files, keys: paths.length === 2 ? keys : null });
  }

  private constructor(program: string, task: Task) {
    for (const [index] of task.files) this.#files.set(index, Promise.withResolvers());
    this.#keys = task.keys === null ? null : Promise.withResolvers();
    this.#worker = new Worker(program, { type: "module", name: SECOND_READER });
    this.#worker.onmessage = ({ data }: MessageEvent<Read | Told>) => {
      if ("keys" in data) this.#keys?.resolve(data.keys);
      else this.#files.get(data.index)!.resolve(data.file === null ? null : arrived(data.file));
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      for (const { resolve } of this.#files.values()) resolve(null);
      this.#keys?.resolve(null);
    };
    this.#worker.postMessage(task);
  }

  /** The file; null when it is not read here or could not be read. */
  async file(index: number): Promise<ResultFile | null> {
    return await this.#files.get(index)?.promise ?? null;
  }

  /** Lets the worker have the first file too, when it needs it. @returns the file as it is from now on */
  give(baseline: ResultFile): ResultFile {
    if (this.#keys === null) return baseline;
    const given: Given = { baseline: shared(baseline) };
    this.#worker.postMessage(given);
    return arrived(given.baseline);
  }

  /** What the first screen says of keys; null when it is not asked or could not be told. Needs the baseline. */
  async keys(): Promise<readonly Said[] | null> {
    return await this.#keys?.promise ?? null;
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
    onmessage: (event: MessageEvent<Task | Given>) => Promise<void>;
    postMessage(message: Read | Told): void;
  };
  const last = Promise.withResolvers<readonly [file: ResultFile | null, keys: KeyOptions | null]>();
  thread.onmessage = async ({ data }) => {
    if ("files" in data) {
      let file: ResultFile | null = null;
      for (const [index, path] of data.files) {
        const sent = await readAnyFile(path).then(shared, () => null);
        thread.postMessage({ index, file: sent });
        file = sent === null ? null : arrived(sent);
      }
      last.resolve([file, data.keys]);
    } else {
      const [file, options] = await last.promise;
      const keys = file === null || options === null ? null : toldOf([arrived(data.baseline), file], options);
      thread.postMessage({ keys });
    }
  };
}

function toldOf(files: readonly [ResultFile, ResultFile], options: KeyOptions): readonly Said[] | null {
  try {
    return briefKeysAlone(files, options);
  } catch {
    return null;
  }
}
