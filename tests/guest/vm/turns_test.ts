import assert from "node:assert/strict";
import fc from "fast-check";
import { takeTurns, turnArguments, turnsOf } from "../../../guest/vm/turns.ts";
import type { VmSession } from "../../../guest/vm/vm.ts";

const protocol = fc.integer({ min: 1, max: 1_000 }).chain((runs) =>
  fc.record({ runs: fc.constant(runs), blocks: fc.integer({ min: 1, max: runs }) })
);

Deno.test("blocks hold every run once, in order, and differ in size by one at most", () => {
  fc.assert(fc.property(protocol, ({ runs, blocks }) => {
    const turns = turnsOf({ runs, blocks });
    assert.equal(turns.length, blocks);
    assert.equal(turns.at(-1)!.until, runs);
    const sizes = turns.map(({ until }, i) => until - (turns[i - 1]?.until ?? 0));
    const [smallest, largest] = [Math.floor(runs / blocks), Math.ceil(runs / blocks)];
    assert.deepEqual(new Set(sizes).difference(new Set([smallest, largest])), new Set());
    assert.deepEqual(turns.map(({ resume }) => resume), turns.map((_, i) => i > 0));
  }));
});

Deno.test("one block needs no argument, of several each stops after its last run and all but the first go on", () => {
  const one = turnsOf({ runs: 8, blocks: 1 });
  assert.deepEqual(one.map((turn) => turnArguments(turn, one)), [[]]);
  const three = turnsOf({ runs: 8, blocks: 3 });
  assert.deepEqual(three.map((turn) => turnArguments(turn, three)), [
    ["--until", "2"],
    ["--until", "5", "--resume"],
    ["--until", "8", "--resume"],
  ]);
});

/** Both sides, replaced by a list of the calls made to them. */
class Sides {
  readonly calls: string[] = [];

  /** @param codes exit codes of the VM's turns, in order */
  constructor(
    private readonly codes: readonly number[],
    private readonly hostFailsAt?: number,
    private readonly lastAt?: number,
  ) {}

  take(runs: number) {
    return takeTurns(
      turnsOf({ runs, blocks: this.codes.length }),
      ({ until }) => {
        this.calls.push(`host ${until}`);
        return until === this.hostFailsAt ? Promise.reject(new Error("no host")) : Promise.resolve();
      },
      () => {
        this.calls.push("start");
        return Promise.resolve(this.#session());
      },
      ({ code }) => {
        this.calls.push(`keep ${code}`);
        if (code !== 0) throw new Error("no VM");
      },
      ({ until }) => {
        if (this.lastAt !== undefined) this.calls.push(`look ${until}`);
        return until === this.lastAt;
      },
    );
  }

  #session(): VmSession {
    const codes = [...this.codes];
    return {
      measure: (more) => {
        this.calls.push(`vm ${more.join(" ")}`.trimEnd());
        return Promise.resolve({ code: codes.shift()!, file: undefined, error: undefined });
      },
      [Symbol.asyncDispose]: () => {
        this.calls.push("end");
        return Promise.resolve();
      },
    };
  }
}

Deno.test("in one block the host measures before there is a VM", async () => {
  const sides = new Sides([0]);
  await sides.take(8);
  assert.deepEqual(sides.calls, ["host 8", "start", "vm", "keep 0", "end"]);
});

Deno.test("in several blocks host and VM take turns, with the VM up from before the first to after the last", async () => {
  const sides = new Sides([0, 0, 0]);
  await sides.take(7);
  assert.deepEqual(sides.calls, [
    "start",
    ...["host 2", "vm --until 2", "keep 0"],
    ...["host 4", "vm --until 4 --resume", "keep 0"],
    ...["host 7", "vm --until 7 --resume", "keep 0"],
    "end",
  ]);
});

Deno.test("a turn of the VM that fails is the last one, and its file is kept", async () => {
  const sides = new Sides([0, 3, 0]);
  await assert.rejects(sides.take(3), /no VM/);
  assert.deepEqual(sides.calls.slice(-3), ["vm --until 2 --resume", "keep 3", "end"]);
});

Deno.test("a turn of the host that fails ends the VM, whose runs so far are kept", async () => {
  const sides = new Sides([0, 0, 0], 2);
  await assert.rejects(sides.take(3), /no host/);
  assert.deepEqual(sides.calls, ["start", "host 1", "vm --until 1", "keep 0", "host 2", "end"]);
});

Deno.test("what decides after a turn of both sides ends the measurement, and the VM with it", async () => {
  const sides = new Sides([0, 0, 0], undefined, 4);
  await sides.take(7);
  assert.deepEqual(sides.calls, [
    "start",
    ...["host 2", "vm --until 2", "keep 0", "look 2"],
    ...["host 4", "vm --until 4 --resume", "keep 0", "look 4"],
    "end",
  ]);
});
