import assert from "node:assert/strict";
import { parseHostEvents } from "../../../analysis/host/host_events.ts";
import { readResultFile } from "../../../analysis/result/file.ts";
import { COLUMNS, type Row } from "../../../analysis/result/columns.ts";
import type { Meta } from "../../../analysis/result/meta.ts";
import { correlationId } from "../../../analysis/result/correlation.ts";
import { readClocks } from "../../../ffi/clocks.ts";
import { openNativeParts } from "../../../runbook/probes/native_parts.ts";
import { HostSide } from "../../../runbook/vcpu/host_side.ts";
import { fileText, rowOf, USUAL } from "../../analysis/result/result_fixture.ts";
import { compiled } from "../../harness/compiled.ts";

/** Of the threads of vcpus.c. */
const PERIOD_NS = 100_000_000n;
/** The "VM" is this machine: both have one clock. */
const NOTED_NS = 70_000_000n;
const { native } = await openNativeParts();
const CLOCK_MONOTONIC = 1;

const now = () => native.symbols.clock_now(CLOCK_MONOTONIC);
const soon = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await soon(10);
}

/** vcpus.c while it runs. */
class Vcpus implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #lines: ReadableStreamDefaultReader<Uint8Array>;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#input = child.stdin.getWriter();
    this.#lines = child.stdout.getReader();
  }

  static async start(threads: number): Promise<Vcpus> {
    const path = await Deno.makeTempFile();
    await Deno.writeFile(path, await compiled("tests/harness/programs/vcpus.c"), { mode: 0o755 });
    await Deno.chmod(path, 0o755);
    const command = new Deno.Command(path, { args: [`${threads}`], stdin: "piped", stdout: "piped" });
    const vcpus = new Vcpus(command.spawn());
    await vcpus.#lines.read();
    await Deno.remove(path);
    return vcpus;
  }

  get pid(): number {
    return this.#child.pid;
  }

  async plugIn(): Promise<void> {
    await this.#input.write(new TextEncoder().encode("\n"));
    await this.#lines.read();
  }

  signal(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await Promise.allSettled([this.#input.abort(), this.#lines.cancel()]);
    await this.#child.status;
  }
}

/** A row whose edge was that tenth of a second, read 60 ms later; its clocks were noted after that. */
function rowAt(run: number, edge: bigint, cpu = 0): Row {
  const at = (ms: number) => edge + BigInt(ms) * 1_000_000n;
  const { realtime_ns: real } = readClocks(native);
  return rowOf(run, USUAL, {
    correlation_id: correlationId(100, 101, run, at(50)),
    waker_cpu: cpu,
    target_cpu: cpu,
    edge_ns: edge,
    ttwu_ns: at(50),
    activate_ns: at(51),
    wakeup_ns: at(52),
    ttwu_return_ns: at(53),
    switch_ns: at(54),
    tkread_any_ns: at(60),
    tkread_ns: at(60),
    tkread_task_ns: at(60),
    tkread_value_ns: at(60),
    offset_ns: 60_000_000n,
    ttwu_to_tkread_ns: 10_000_000n,
    counter: null,
    counter_mono_ns: null,
    counter_uncertainty_ns: null,
    host_real_ns: edge + NOTED_NS + real,
    host_mono_ns: edge + NOTED_NS,
    host_uncertainty_ns: 100,
  });
}

/** The same where its edge was foreseen. */
function foreseenAt({ edge_ns }: Row): Partial<Row> {
  return { edge_ns: null, offset_ns: null, foreseen_ns: edge_ns };
}

type Cells = Readonly<Record<string, string | null>>;

interface Turn {
  readonly rows: readonly Cells[];
  readonly meta: Meta;
  readonly said: readonly string[];
  readonly written: string;
  /** The file before and after. */
  readonly files: readonly [string, string];
}

/**
 * One turn of that "VM", in which `meanwhile` happens; then it has the rows of the edges in it.
 *
 * @param pulses that were foreseen at these edges; none: the VM has edges of its own
 */
async function turnOf(
  process: number | null,
  meanwhile: () => Promise<void>,
  cpu = 0,
  pulses: Parameters<HostSide["session"]>[2] = null,
): Promise<Turn> {
  const said: string[] = [];
  let written = "";
  using side = await HostSide.open({
    tell: (line) => said.push(line),
    write: (text) => void (written += text),
  });
  let text = "";
  const { file } = await side.session(process, null, pulses).during(async () => {
    const first = now() / PERIOD_NS + 1n;
    await meanwhile();
    const last = (now() - NOTED_NS) / PERIOD_NS;
    const edges = Array.from({ length: Number(last - first) + 1 }, (_, i) => (first + BigInt(i)) * PERIOD_NS);
    const rows = edges.map((edge, i) => rowAt(i + 1, edge, cpu));
    const foreseen = pulses === null ? rows : rows.map((row) => ({ ...row, ...foreseenAt(row) }));
    text = fileText(foreseen, {}, "vm");
    return { file: new TextEncoder().encode(text) };
  });
  const rows: Cells[] = [];
  const { meta } = readResultFile("vm.csv", [file], (row) => {
    rows.push(Object.fromEntries(COLUMNS.map(({ name }) => [name, row.text(name)])));
  });
  return { rows, meta, said, written, files: [text, new TextDecoder().decode(file)] };
}

Deno.test("the wakeups of vCPU threads on this kernel go into the rows, by ptp_kvm's clock", async () => {
  await using vcpus = await Vcpus.start(2);
  const { rows, meta, said, written } = await turnOf(vcpus.pid, () => soon(1500));
  assert.deepEqual(said, []);
  assert.deepEqual(meta.host_part?.reasons, []);
  const [waking] = meta.host_part!.hooks;
  assert.deepEqual(waking, { stage: "host", hook: "sched_waking", kind: "tp_btf", attached: true });
  const woken = rows.filter(({ host_ttwu_ns }) => host_ttwu_ns !== null);
  assert.ok(woken.length > 0, JSON.stringify(rows.at(-1)));
  for (const row of woken) {
    const [edge, ttwu, switched] = [row.edge_ns, row.host_ttwu_ns, row.host_switch_ns].map((ns) =>
      BigInt(ns!)
    );
    const unsure = BigInt(row.clock_map_uncertainty_ns!);
    assert.ok(edge! - unsure <= ttwu! && ttwu! <= switched!, JSON.stringify(row));
    assert.equal(row.vcpu, "0");
  }
  assert.ok(
    woken.some(({ host_began_by }) => host_began_by === "timer hrtimer_wakeup"),
    JSON.stringify(woken),
  );
  const events = parseHostEvents(written);
  assert.ok(typeof events === "object", String(events));
  assert.equal(events.head.process, vcpus.pid);
  const ids = new Set(rows.map(({ correlation_id }) => correlation_id));
  assert.ok(events.runs.length > 0 && events.runs.every(({ correlation_id }) => ids.has(correlation_id)));
});

Deno.test("a process that a signal stops for a while says so in the rows of that while", async () => {
  await using vcpus = await Vcpus.start(1);
  let [from, to] = [0n, 0n];
  const { rows } = await turnOf(vcpus.pid, async () => {
    await soon(450);
    from = now();
    vcpus.signal("SIGSTOP");
    await soon(550);
    to = now();
    vcpus.signal("SIGCONT");
    await soon(500);
  });
  const inside = rows.filter(({ edge_ns, tkread_ns }) => BigInt(edge_ns!) > from && BigInt(tkread_ns!) < to);
  assert.ok(inside.length > 0);
  for (const row of rows) {
    const lies = BigInt(row.tkread_ns!) > from && BigInt(row.edge_ns!) < to + PERIOD_NS;
    if (row.preempted_by === "stopped") assert.ok(lies, JSON.stringify(row));
  }
  for (const { preempted_by, preempted_ns } of inside) {
    assert.deepEqual([preempted_by, preempted_ns], ["stopped", "60000000"]);
  }
});

Deno.test("a vCPU that is plugged in while the VM measures is followed from then on", async () => {
  await using vcpus = await Vcpus.start(1);
  const { rows, meta } = await turnOf(vcpus.pid, async () => {
    await soon(400);
    await vcpus.plugIn();
    await soon(1200);
  }, 1);
  const known = rows.filter(({ vcpu }) => vcpu === "1");
  assert.ok(known.length > 0 && known.length < rows.length, JSON.stringify(rows.map(({ vcpu }) => vcpu)));
  assert.deepEqual(meta.host_part?.reasons, ["its vCPU's thread is not known"]);
});

/** The file is as it came but for what `# meta` says. */
function assertUntouched({ files: [before, after] }: Turn): void {
  const withoutMeta = (text: string) => text.replace(/^# meta .*\n/m, "");
  assert.equal(withoutMeta(after), withoutMeta(before));
}

Deno.test("a VM that ends while it is followed leaves its rows as they came, and the reason", async () => {
  await using vcpus = await Vcpus.start(1);
  const turn = await turnOf(vcpus.pid, async () => {
    await soon(500);
    await vcpus.kill();
    await until(() => !exists(`/proc/${vcpus.pid}`));
    await soon(500);
  });
  assertUntouched(turn);
  const reason = `the VM's process ${vcpus.pid} ended while it was followed`;
  assert.deepEqual(turn.meta.host_part?.reasons, [reason]);
  assert.deepEqual(turn.said, [`notice: the host's part of the VM's rows is empty: ${reason}`]);
  assert.equal(turn.written, "");
});

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

Deno.test("a process without vCPUs, and one that is not known, leave the rows as they came", async () => {
  const none = await turnOf(Deno.pid, () => soon(300));
  assertUntouched(none);
  assert.deepEqual(none.meta.host_part?.reasons, [`no thread of process ${Deno.pid} is known to run a vCPU`]);
  const unknown = await turnOf(null, () => soon(300));
  assertUntouched(unknown);
  assert.deepEqual(unknown.meta.host_part?.reasons, ["the VM's process is not known"]);
});

Deno.test("pulses that came are the edges of the rows for which they were foreseen, and of no others", async () => {
  await using vcpus = await Vcpus.start(1);
  const asserts: { realNs: bigint; sequence: number }[] = [];
  const LATE_NS = 1_234n;
  const { rows, meta, said } = await turnOf(
    vcpus.pid,
    async () => {
      const first = now() / PERIOD_NS + 1n;
      await soon(1200);
      const { realtime_ns: real } = readClocks(native);
      // Every third does not come.
      for (let n = first; n * PERIOD_NS < now(); n++) {
        if (n % 3n !== 0n) asserts.push({ realNs: n * PERIOD_NS + LATE_NS + real, sequence: Number(n) });
      }
    },
    0,
    { asserts },
  );
  const placed = rows.filter(({ edge_ns }) => edge_ns !== null);
  assert.ok(placed.length > 0 && placed.length < rows.length);
  for (const row of rows) {
    const came = BigInt(row.foreseen_ns!) / PERIOD_NS % 3n !== 0n;
    assert.equal(row.edge_ns !== null, came, JSON.stringify(row));
    if (!came) continue;
    // Two readings of the difference of the clocks, and two ways to the VM's.
    const apart = Math.abs(Number(BigInt(row.edge_ns!) - BigInt(row.foreseen_ns!) - LATE_NS));
    assert.ok(apart <= 2 * Number(row.clock_map_uncertainty_ns) + 1_000, `${apart}: ${JSON.stringify(row)}`);
    assert.equal(BigInt(row.offset_ns!), BigInt(row.tkread_ns!) - BigInt(row.edge_ns!));
  }
  const uncertainties = placed.map((row) => Number(row.clock_map_uncertainty_ns));
  assert.equal(meta.edge_uncertainty_ns, Math.max(...uncertainties));
  const none = "no pulse came within 20 ms of the foreseen one";
  assert.deepEqual(meta.host_part?.reasons, [`edge: ${none}`]);
  const { length } = rows.filter(({ edge_ns }) => edge_ns === null);
  const of = `${length} ${length === 1 ? "row" : "rows"} of the VM`;
  assert.deepEqual(said, [`notice: the edge of ${of} is empty: ${none}`]);
});

Deno.test("where the VM was not followed, no edge is filled in, and the reason is told of both", async () => {
  const { rows, said } = await turnOf(Deno.pid, () => soon(300), 0, { asserts: [] });
  assert.deepEqual(rows.filter(({ edge_ns, offset_ns }) => edge_ns !== null || offset_ns !== null), []);
  const why = `no thread of process ${Deno.pid} is known to run a vCPU`;
  assert.deepEqual(said, [
    `notice: the host's part of the VM's rows is empty: ${why}`,
    `notice: the edge of the VM's rows is empty: ${why}`,
  ]);
});
