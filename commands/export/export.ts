/** `probe export FILE`: a result file in a format for another program. */

import { foldedStacks, type StackRoot } from "../../analysis/export/folded.ts";
import { type HostDrawn, HostTracks } from "../../analysis/export/host_tracks.ts";
import { PerfettoTrace } from "../../analysis/export/perfetto.ts";
import { type HostEvents, parseHostEvents } from "../../analysis/host/host_events.ts";
import { EXIT, type ExitCode, Failure } from "../../analysis/failure.ts";
import type { ResultFile } from "../../analysis/result/file.ts";
import type { RowVisitor } from "../../analysis/result/row_view.ts";
import { printableJson } from "../../analysis/print/printable.ts";
import { readAnyFile } from "../../runbook/files/result_in.ts";
import { readNamed } from "../../runbook/machine/named_file.ts";
import { writeDerivedFile } from "../../runbook/files/derived_file.ts";
import { isStandardOutput } from "../../runbook/files/output_file.ts";

export interface ExportFlags {
  readonly format: "folded" | "perfetto" | "parquet";
  /** The stacks to fold; default: both. */
  readonly stack?: StackRoot;
  /** `-` is standard output, which is also the default for text formats. */
  readonly out?: string;
  /** Whether a file of that path is replaced; default: no. */
  readonly force?: boolean;
  /** The folder of a data set to which the files are added, instead of one file elsewhere. */
  readonly dataset?: string;
}

/** Receives the rows of a file, then the file. */
interface Exporter {
  readonly visit: RowVisitor | null;
  finish(file: ResultFile): void;
}

/** Where the output goes without a file. */
export interface ExportStream {
  stdout(text: string | Uint8Array): void;
  /** Receives notices; absent: nobody reads them. */
  stderr?(text: string): void;
  /** Width of the terminal that stdout is; absent when stdout is not a terminal. */
  readonly columns?: number;
}

/**
 * @param files one, or several for a data set
 * @throws Failure when a file cannot be read or is refused, or the output cannot be written; no half of a file is
 *   left then
 */
export async function exportCommand(
  flags: ExportFlags,
  files: string | readonly string[],
  stream: ExportStream,
): Promise<ExitCode> {
  const { format, out, stack, force = false, dataset } = flags;
  const [path = "", ...others] = typeof files === "string" ? [files] : files;
  if (stack !== undefined && format !== "folded") {
    const found = `--stack says which stacks are folded, and --format ${format} folds none`;
    throw new Failure(EXIT.usage, found, "leave it out, or use --format folded");
  }
  if (dataset !== undefined) {
    if (format !== "parquet" || out !== undefined) {
      const found = format === "parquet"
        ? "--dataset names its files itself, and --out names one"
        : `a data set is of Parquet, and --format is ${format}`;
      throw new Failure(EXIT.usage, found, "give --format parquet --dataset DIR without --out");
    }
    // Imported here so that only a data set pays for it.
    const { datasetCommand } = await import("./dataset.ts");
    return await datasetCommand(dataset, [path, ...others], force, stream.stdout);
  }
  if (others.length > 0) {
    const found = `"${others[0]}" is a second file, and only a data set takes several`;
    throw new Failure(EXIT.usage, found, "export them one by one, or give --format parquet --dataset DIR");
  }
  if (out === undefined || isStandardOutput(out)) {
    if (format === "parquet") refuseBinary(out, stream);
    const decoded = (bytes: Uint8Array) => format === "parquet" ? bytes : new TextDecoder().decode(bytes);
    await exported(flags, path, (bytes) => stream.stdout(decoded(bytes)), stream);
    return EXIT.done;
  }
  await writeDerivedFile(out, force, (write) => exported(flags, path, write, stream));
  return EXIT.done;
}

/** Binary output never goes to a terminal, and to standard output only when the user asks for it. */
function refuseBinary(out: string | undefined, { columns }: ExportStream): void {
  if (out === undefined) {
    throw new Failure(
      EXIT.usage,
      "Parquet is binary and is not written to standard output unasked",
      "give --out FILE, or --out - for a pipe",
    );
  }
  if (columns === undefined) return;
  throw new Failure(EXIT.usage, "Parquet is binary, and standard output is a terminal", "give --out FILE");
}

async function exported(
  flags: ExportFlags,
  path: string,
  write: (bytes: Uint8Array) => void,
  stream: ExportStream,
) {
  const tell = (text: string) => stream.stderr?.(`notice: ${text}\n`);
  const exporter = await exporterOf(flags, write, (file) => hostEventsOf(file, path, tell), tell);
  exporter.finish(await readAnyFile(path, exporter.visit));
}

async function exporterOf(
  { format, stack }: ExportFlags,
  write: (bytes: Uint8Array) => void,
  eventsOf: (file: ResultFile) => HostEvents | null,
  tell: (text: string) => void,
): Promise<Exporter> {
  const encoder = new TextEncoder();
  const writeText = (text: string) => write(encoder.encode(text));
  if (format === "folded") {
    return {
      visit: null,
      finish: (file) => writeText(foldedStacks(file, stack)),
    };
  }
  if (format === "perfetto") {
    const pieces = new Pieces((text) => writeText(printableJson(text)));
    const trace = new PerfettoTrace((text) => pieces.add(text));
    const tracks = new HostTracks();
    return {
      visit: (row) => tracks.note(row, trace.visit(row)),
      finish: (file) => {
        const events = eventsOf(file);
        const host = events === null ? null : tracks.draw(trace, events);
        if (host !== null) tellDrawn(host, tell);
        trace.finish(
          file,
          host === null ? null : { name: `host of the VM (process ${events!.head.process})`, says: { host } },
        );
        pieces.flush();
      },
    };
  }
  const { ParquetRows } = await import("../../analysis/parquet/write.ts");
  const rows = new ParquetRows(write);
  return { visit: (row) => rows.visit(row), finish: (file) => rows.finish(file) };
}

/** Of the file of events; a larger one is for thousands of slow runs, and would not fit into a trace. */
const MOST_HOST_BYTES = 64 << 20;

/** What the host of a VM saw, from the file beside that of the VM; null, which is told: without it. */
function hostEventsOf({ meta }: ResultFile, path: string, tell: (text: string) => void): HostEvents | null {
  if (meta.host_part === undefined || meta.host_part.hooks.length === 0) return null;
  const beside = `${path.replace(/\.(csv|parquet)$/, "")}.host.jsonl`;
  const without = (why: string) => {
    tell(`without the tracks of the VM's host: ${why}`);
    return null;
  };
  if (!/\.(csv|parquet)$/.test(path)) return without(`${path} is not named .csv or .parquet`);
  try {
    const bytes = readNamed(beside, "a file of events", MOST_HOST_BYTES);
    if (bytes.length > MOST_HOST_BYTES) return without(`${beside} has more than ${MOST_HOST_BYTES} bytes`);
    const events = parseHostEvents(new TextDecoder().decode(bytes));
    return typeof events === "string" ? without(`${beside}: ${events}`) : events;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return without(error.found);
  }
}

function tellDrawn({ runs, left_out, foreign }: HostDrawn, tell: (text: string) => void): void {
  if (foreign > 0) tell(`${foreign} records of the VM's host are of no run of this file, and are left out`);
  if (left_out > 0) tell(`the VM's host is drawn for the ${runs} slowest runs, without ${left_out} others`);
}

/** Joins small texts so that each does not cost a write of its own. */
class Pieces {
  readonly #write: (text: string) => void;
  #text = "";

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  add(text: string): void {
    this.#text += text;
    if (this.#text.length > 1 << 18) this.flush();
  }

  flush(): void {
    this.#write(this.#text);
    this.#text = "";
  }
}
