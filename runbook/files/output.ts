/** The file that one call of `probe run` fills: a new one, or one that was cut off. */

import { type Begun, readBegun } from "./resume.ts";
import { createOutputFile, isStandardOutput, openOutputFile, standardOutput } from "./output_file.ts";
import { ResultWriter, type Syncing } from "./result_out.ts";

export interface Output extends Disposable {
  readonly file: ResultWriter;
  /** What the file held before; null: it is new. */
  readonly begun: Begun | null;
}

/**
 * Opens and locks it. A new file into which nothing was written is removed when this is disposed.
 *
 * @param resume whether the file exists already and is to be continued
 * @param write receives the lines when the path stands for standard output
 * @throws Failure when the path cannot be written, belongs to another call, or cannot be continued
 */
export function openOutput(
  path: string,
  resume: boolean,
  syncing: Syncing,
  write: (text: string) => void,
): Output {
  if (isStandardOutput(path)) {
    const file = new ResultWriter("standard output", standardOutput(write), syncing);
    return { file, begun: null, [Symbol.dispose]: () => file[Symbol.dispose]() };
  }
  using resources = new DisposableStack();
  const file = resources.use(
    new ResultWriter(path, resume ? openOutputFile(path) : createOutputFile(path), syncing),
  );
  const begun = resume ? readBegun(path) : null;
  if (begun === null) resources.defer(() => removeEmpty(path, file));
  const held = resources.move();
  return { file, begun, [Symbol.dispose]: () => held.dispose() };
}

function removeEmpty(path: string, file: ResultWriter): void {
  if (file.isEmpty) Deno.removeSync(path);
}
