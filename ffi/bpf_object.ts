/**
 * One BPF object: how it is opened, loaded and attached, its maps and its ring buffer. It knows bytes, not
 * runs.
 */

import type { Libbpf } from "./libbpf.ts";
import { LibbpfError } from "./libbpf_error.ts";
import type { NativeLibrary } from "./native_library.ts";

const LOG_BYTES = 1 << 16;
/** Header of struct record_sink in ffi/native/libbpf_glue.c: capacity, used, refused. */
const SINK_HEADER_BYTES = 24;
const SINK_CAPACITY_BYTES = 1 << 18;
/**
 * struct bpf_object_open_opts (libbpf 1.1 and later), up to btf_custom_path: its size and where two of its
 * fields are. Shorter than libbpf's own, it leaves later fields at their defaults.
 */
const OPEN_OPTIONS = { bytes: 56, sz: 0, btf_custom_path: 48 } as const;
const BTF_KIND_STRUCT = 4;
const BTF_KIND_ENUM = 6;
const BTF_KIND_TYPEDEF = 8;
const BTF_KIND_FUNC = 12;
const BTF_KIND_VAR = 14;
/** struct btf_type (include/uapi/linux/btf.h): name_off, info with the number of members in its low half, size. */
const BTF_TYPE_BYTES = 12;
/** struct btf_enum: name_off, val. */
const BTF_ENUM_BYTES = 8;

function cString(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${text}\0`);
}

function bytesOf(value: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new Uint32Array([value]).buffer);
}

/** The two libraries that every call here needs. libbpf's log goes to memory. */
export class BpfRuntime {
  readonly #logBuffer = new Uint8Array(LOG_BYTES);

  /** @param typesPath file with the kernel's types (BTF); null: the kernel's own */
  constructor(
    readonly libbpf: Libbpf,
    readonly native: NativeLibrary,
    readonly typesPath: string | null = null,
  ) {
    libbpf.symbols.libbpf_set_print(native.symbols.libbpf_log_function());
  }

  /** libbpf's log since the last call. */
  takeLog(): string {
    const length = this.native.symbols.libbpf_log_take(this.#logBuffer, LOG_BYTES);
    return new TextDecoder().decode(this.#logBuffer.subarray(0, length));
  }

  /** @returns the errno of the libbpf call right before that returned NULL */
  lastErrno(): number {
    return Math.abs(Number(this.libbpf.symbols.libbpf_get_error(null)));
  }

  /** @throws {LibbpfError} with the log of the failed call */
  fail(attempted: string, errno: number): never {
    throw new LibbpfError(attempted, errno, this.takeLog());
  }

  /**
   * Which of `names` the kernel's BTF has as functions.
   *
   * @throws {LibbpfError} when there is no BTF, or it cannot be parsed
   */
  functionsInKernelBtf(names: readonly string[]): Set<string> {
    return this.#inKernelBtf(BTF_KIND_FUNC, names);
  }

  /**
   * Which of `names` the kernel's BTF has as variables; it has per-CPU ones only, and not on every kernel.
   *
   * @throws {LibbpfError} when there is no BTF, or it cannot be parsed
   */
  variablesInKernelBtf(names: readonly string[]): Set<string> {
    return this.#inKernelBtf(BTF_KIND_VAR, names);
  }

  /**
   * Which of `names` the kernel's BTF has as tracepoints, by the type of their programs' arguments.
   *
   * @throws {LibbpfError} when there is no BTF, or it cannot be parsed
   */
  tracepointsInKernelBtf(names: readonly string[]): Set<string> {
    const found = this.#inKernelBtf(BTF_KIND_TYPEDEF, names.map((name) => `btf_trace_${name}`));
    return new Set(names.filter((name) => found.has(`btf_trace_${name}`)));
  }

  /**
   * Sizes of those of `names` that the kernel's BTF has as structs, in bytes.
   *
   * @throws {LibbpfError} when there is no BTF, or it cannot be parsed
   */
  structSizes(names: readonly string[]): Map<string, number> {
    const { symbols } = this.libbpf;
    return this.#withKernelBtf((btf) =>
      new Map(names.flatMap((name): [string, number][] => {
        const id = symbols.btf__find_by_name_kind(btf, cString(name), BTF_KIND_STRUCT);
        return id < 0 ? [] : [[name, Number(symbols.btf__resolve_size(btf, id))]];
      }))
    );
  }

  #inKernelBtf(kind: number, names: readonly string[]): Set<string> {
    const { symbols } = this.libbpf;
    return this.#withKernelBtf((btf) =>
      new Set(names.filter((name) => symbols.btf__find_by_name_kind(btf, cString(name), kind) >= 0))
    );
  }

  /**
   * The values of an enum of the kernel, by name; empty when it has no such enum.
   *
   * @throws {LibbpfError} when there is no BTF, or it cannot be parsed
   */
  kernelEnum(name: string): ReadonlyMap<string, number> {
    const { symbols } = this.libbpf;
    return this.#withKernelBtf((btf) => {
      const id = symbols.btf__find_by_name_kind(btf, cString(name), BTF_KIND_ENUM);
      const type = id < 0 ? null : symbols.btf__type_by_id(btf, id);
      if (type === null) return new Map();
      const view = new Deno.UnsafePointerView(type);
      const values = Array.from({ length: view.getUint16(4) }, (_, i): [string, number] => {
        const at = BTF_TYPE_BYTES + i * BTF_ENUM_BYTES;
        const text = symbols.btf__name_by_offset(btf, view.getUint32(at));
        return [text === null ? "" : new Deno.UnsafePointerView(text).getCString(), view.getInt32(at + 4)];
      });
      return new Map(values);
    });
  }

  #withKernelBtf<T>(use: (btf: Deno.PointerObject) => T): T {
    const { symbols } = this.libbpf;
    const path = this.typesPath;
    const btf = path === null ? symbols.btf__load_vmlinux_btf() : symbols.btf__parse(cString(path), null);
    if (btf === null) this.fail("read the kernel's BTF", this.lastErrno());
    try {
      return use(btf);
    } finally {
      symbols.btf__free(btf);
      this.takeLog();
    }
  }
}

export interface RingBuffer extends Disposable {
  /** All records since the last call, each as its own bytes, oldest first. */
  consume(): Uint8Array<ArrayBuffer>[];
  /** The same as one run of bytes, overwritten by the next call. */
  drain(): Uint8Array<ArrayBuffer>;
}

/** The kernel's counts of one program. */
export interface ProgramCounts {
  /** Invocations skipped because the program was already running on that CPU; null: not counted (before 5.12). */
  readonly recursion_misses: number | null;
  /** Invocations while the kernel's statistics were on, see {@linkcode enableProgramStatistics}. */
  readonly run_cnt: number;
  /** Time spent in them, ns, without the kernel's way into and out of the program. */
  readonly run_time_ns: number;
}

/**
 * Lets the kernel time BPF programs until the result is disposed or this process ends. It works through an
 * open file descriptor, so no setting of the system changes. null when this kernel cannot do it (before 5.8).
 */
export function enableProgramStatistics(native: NativeLibrary): Disposable | null {
  const fd = native.symbols.program_statistics_open();
  if (fd < 0) return null;
  return { [Symbol.dispose]: () => native.symbols.close_descriptor(fd) };
}

/** @param types path of the file with the kernel's types; the caller keeps it until libbpf has read the options */
function openOptions(types: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const options = new Uint8Array(OPEN_OPTIONS.bytes);
  const view = new DataView(options.buffer);
  view.setBigUint64(OPEN_OPTIONS.sz, BigInt(options.length), true);
  const address = Deno.UnsafePointer.value(Deno.UnsafePointer.of(types));
  view.setBigUint64(OPEN_OPTIONS.btf_custom_path, address, true);
  return options;
}

/** An open BPF object. Order: open, choose programs, set read-only data, load, attach, dispose. */
export class BpfObject implements Disposable {
  readonly #runtime: BpfRuntime;
  readonly #object: Deno.PointerValue;
  /** Looked up once, because some programs are asked for in each run. */
  readonly #programs = new Map<string, Deno.PointerObject>();
  readonly #maps = new Map<string, number>();
  /** How each attached program is detached. */
  readonly #detach = new Map<string, () => void>();

  /** @throws {LibbpfError} when libbpf cannot parse the object */
  constructor(runtime: BpfRuntime, bytes: Uint8Array<ArrayBuffer>) {
    this.#runtime = runtime;
    const { symbols } = runtime.libbpf;
    const types = runtime.typesPath === null ? null : cString(runtime.typesPath);
    const options = types === null ? null : openOptions(types);
    this.#object = symbols.bpf_object__open_mem(bytes, BigInt(bytes.length), options);
    if (this.#object === null) runtime.fail("open the BPF object", runtime.lastErrno());
  }

  #program(name: string): Deno.PointerObject {
    const known = this.#programs.get(name);
    if (known !== undefined) return known;
    const program = this.#runtime.libbpf.symbols.bpf_object__find_program_by_name(
      this.#object,
      cString(name),
    );
    if (program === null) throw new RangeError(`The BPF object must have a program ${name}`);
    this.#programs.set(name, program);
    return program;
  }

  #map(name: string): Deno.PointerObject {
    const map = this.#runtime.libbpf.symbols.bpf_object__find_map_by_name(this.#object, cString(name));
    if (map === null) throw new RangeError(`The BPF object must have a map ${name}`);
    return map;
  }

  /** Sets whether load() loads the program. Call it before load(). */
  setAutoload(program: string, load: boolean): void {
    this.#runtime.libbpf.symbols.bpf_program__set_autoload(this.#program(program), load);
  }

  /** Writes the object's only `const volatile` variable, which is all of .rodata. Call it before load(). */
  setReadOnlyData(values: Uint8Array<ArrayBuffer>): void {
    const size = new BigUint64Array(1);
    const data = this.#runtime.libbpf.symbols.bpf_map__initial_value(
      this.#map(".rodata"),
      new Uint8Array(size.buffer),
    );
    if (data === null || size[0] === undefined || size[0] < BigInt(values.length)) {
      throw new RangeError(`.rodata must have ${values.length} bytes, found ${size[0]}`);
    }
    new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(data, values.length)).set(values);
  }

  /** How many values the map has room for. Call it before load(). */
  setMaxEntries(map: string, entries: number): void {
    this.#runtime.libbpf.symbols.bpf_map__set_max_entries(this.#map(map), entries);
  }

  /** @throws {LibbpfError} with the verifier's log */
  load(): void {
    const error = this.#runtime.libbpf.symbols.bpf_object__load(this.#object);
    if (error !== 0) this.#runtime.fail("load the BPF programs", -error);
    this.#runtime.takeLog();
  }

  /** @throws {LibbpfError} when the kernel refuses this attach point */
  attach(program: string): void {
    const link = this.#runtime.libbpf.symbols.bpf_program__attach(this.#program(program));
    if (link === null) this.#runtime.fail(`attach ${program}`, this.#runtime.lastErrno());
    this.#detach.set(program, () => this.#runtime.libbpf.symbols.bpf_link__destroy(link));
  }

  /**
   * Detaches the program but leaves it loaded, so attach() can follow. Does nothing when it is not attached.
   */
  detach(program: string): void {
    this.#detach.get(program)?.();
    this.#detach.delete(program);
  }

  /**
   * Attaches a kprobe or kretprobe program at an address.
   *
   * @throws {LibbpfError} when the kernel refuses this attach point
   */
  attachAt(program: string, address: bigint, isReturn: boolean): void {
    const { libbpf, native } = this.#runtime;
    const programFd = libbpf.symbols.bpf_program__fd(this.#program(program));
    const fd = native.symbols.kprobe_at_address(programFd, address, isReturn ? 1 : 0);
    if (fd < 0) this.#runtime.fail(`attach ${program} at 0x${address.toString(16)}`, -fd);
    this.#detach.set(program, () => native.symbols.close_descriptor(fd));
  }

  /** The descriptor of a map, once load() has made it. */
  mapFd(name: string): number {
    const known = this.#maps.get(name);
    if (known !== undefined) return known;
    const fd = this.#runtime.libbpf.symbols.bpf_map__fd(this.#map(name));
    this.#maps.set(name, fd);
    return fd;
  }

  /** @returns the value under `key` of an array map, `valueBytes` long */
  lookup(map: string, key: number, valueBytes: number): Uint8Array<ArrayBuffer> {
    const value = new Uint8Array(valueBytes);
    const error = this.#runtime.libbpf.symbols.bpf_map_lookup_elem(this.mapFd(map), bytesOf(key), value);
    if (error !== 0) this.#runtime.fail(`read BPF map ${map}`, Math.abs(error));
    return value;
  }

  /**
   * @param first key of the first of `count` values of an array map
   * @returns the values, `valueBytes` each, one after the other
   */
  lookupMany(map: string, first: number, count: number, valueBytes: number): Uint8Array<ArrayBuffer> {
    const { bpf_map_lookup_batch } = this.#runtime.libbpf.symbols;
    const values = new Uint8Array(count * valueBytes);
    // The kernel goes on after the key that it is given (generic_map_lookup_batch(), 5.6 to 7.3).
    const before = first === 0 ? null : bytesOf(first - 1);
    const [last, keys, found] = [bytesOf(0), new Uint8Array(4 * count), bytesOf(count)];
    const error = bpf_map_lookup_batch(this.mapFd(map), before, last, keys, values, found, null);
    if (error !== 0) this.#runtime.fail(`read BPF map ${map}`, Math.abs(error));
    return values;
  }

  /** Sets the value under `key`, of an array map or of a hash map whose keys are 32 bits wide. */
  update(map: string, key: number, value: Uint8Array<ArrayBuffer>): void {
    const { bpf_map_update_elem } = this.#runtime.libbpf.symbols;
    const error = bpf_map_update_elem(this.mapFd(map), bytesOf(key), value, 0n);
    if (error !== 0) this.#runtime.fail(`write BPF map ${map}`, Math.abs(error));
  }

  counts(program: string): ProgramCounts {
    const { libbpf, native } = this.#runtime;
    const counts = new BigUint64Array(4);
    const fd = libbpf.symbols.bpf_program__fd(this.#program(program));
    const error = native.symbols.program_counts(fd, new Uint8Array(counts.buffer));
    if (error !== 0) this.#runtime.fail(`read the counters of ${program}`, error);
    // In the order of struct program_counts in ffi/native/libbpf_glue.c.
    const [counted = 0, misses = 0, run_cnt = 0, run_time_ns = 0] = Array.from(counts, Number);
    return { recursion_misses: counted === 0 ? null : misses, run_cnt, run_time_ns };
  }

  /**
   * @param recordBytes size of the records that the map `name` carries
   * @param capacityBytes of all records between two calls
   */
  ringBuffer(name: string, recordBytes: number, capacityBytes = SINK_CAPACITY_BYTES): RingBuffer {
    const runtime = this.#runtime;
    const { symbols } = runtime.libbpf;
    const sink = new Uint8Array(SINK_HEADER_BYTES + capacityBytes);
    const header = new BigUint64Array(sink.buffer, 0, 3);
    header[0] = BigInt(capacityBytes);
    const ring = symbols.ring_buffer__new(
      this.mapFd(name),
      runtime.native.symbols.record_sink_function(),
      sink,
      null,
    );
    if (ring === null) runtime.fail(`open ring buffer ${name}`, runtime.lastErrno());
    const drain = () => {
      header[1] = 0n;
      const consumed = symbols.ring_buffer__consume(ring);
      if (consumed < 0) runtime.fail(`read ring buffer ${name}`, -consumed);
      if (header[2] !== 0n) throw new RangeError(`${header[2]} records found no room in user space`);
      return sink.subarray(SINK_HEADER_BYTES, SINK_HEADER_BYTES + Number(header[1]));
    };
    return {
      drain,
      consume() {
        const bytes = drain();
        return Array.from(
          { length: bytes.length / recordBytes },
          (_, i) => bytes.slice(i * recordBytes, (i + 1) * recordBytes),
        );
      },
      [Symbol.dispose]() {
        symbols.ring_buffer__free(ring);
      },
    };
  }

  [Symbol.dispose](): void {
    const { symbols } = this.#runtime.libbpf;
    for (const program of [...this.#detach.keys()]) this.detach(program);
    symbols.bpf_object__close(this.#object);
  }
}
