import assert from "node:assert/strict";
import fc from "fast-check";
import { partArguments, takeTurns, turnsOf } from "../../../guest/vm/turns.ts";
import { blocksOf } from "../../../runbook/protocol/looks.ts";
import { declareRunbook } from "../../../runbook/protocol/runbook.ts";
import type { Settings } from "../../../runbook/protocol/settings.ts";
import type { VmSession } from "../../../guest/vm/vm.ts";

const protocol = fc.integer({ min: 1, max: 1_000 }).chain((runs) =>
  fc.record({ runs: fc.constant(runs), blocks: fc.integer({ min: 1, max: runs }) })
);

/** Turns of a runbook that can be declared. */
const turnsFor = (settings: Settings) => turnsOf(declareRunbook(settings));

Deno.test("blocks hold every run once, in order, and differ in size by one at most", () => {
  fc.assert(fc.property(protocol, (settings) => {
    const { runs, blocks } = settings;
    const turns = turnsFor(settings);
    assert.equal(turns.length, blocks);
    assert.equal(turns.at(-1)!.until, runs);
    const sizes = turns.map(({ until }, i) => until - (turns[i - 1]?.until ?? 0));
    const [smallest, largest] = [Math.floor(runs / blocks), Math.ceil(runs / blocks)];
    assert.deepEqual(new Set(sizes).difference(new Set([smallest, largest])), new Set());
    assert.deepEqual(turns.map(({ resume }) => resume), turns.map((_, i) => i > 0));
  }));
});

const booted = fc.record({
  boots: fc.integer({ min: 1, max: 6 }),
  times: fc.integer({ min: 0, max: 4 }),
  vcpus: fc.subarray(["free", "pinned", "half"], { minLength: 1 }),
  more: fc.integer({ min: 0, max: 40 }),
  order_seed: fc.nat(1000),
});

Deno.test("each boot has as many blocks, each block each placement once, and the VM's parts are the block's runs", () => {
  fc.assert(fc.property(booted, ({ boots, times, vcpus, more, order_seed }) => {
    // 0: one block is declared.
    const blocks = Math.max(1, times * boots);
    const runbook = { blocks, boots, vcpus: vcpus.join(","), order_seed };
    const turns = turnsFor({ ...runbook, runs: blocksOf(runbook) * vcpus.length + more });
    const perBoot = Map.groupBy(turns, ({ boot }) => boot);
    assert.deepEqual([...perBoot.keys()], Array.from({ length: boots }, (_, i) => i + 1));
    assert.equal(new Set([...perBoot.values()].map(({ length }) => length)).size, 1);
    let last = 0;
    for (const { until, ofVm } of turns) {
      assert.deepEqual(ofVm.map(({ placement }) => placement).sort(), vcpus.toSorted());
      assert.equal(ofVm.at(-1)!.until, until);
      const sizes = ofVm.map(({ until }, at) => until - (ofVm[at - 1]?.until ?? last));
      assert.ok(Math.min(...sizes) >= 1 && Math.max(...sizes) - Math.min(...sizes) <= 1, `${sizes}`);
      last = until;
    }
    const parts = turns.flatMap(({ ofVm }) => ofVm);
    assert.deepEqual(parts.map(({ resume }) => resume), parts.map((_, at) => at > 0));
  }));
});

Deno.test("placements come in every order, and the same for the same seed", () => {
  const orders = (order_seed: number) =>
    turnsFor({ runs: 90, blocks: 30, vcpus: "free,pinned,half", order_seed })
      .map(({ ofVm }) => ofVm.map(({ placement }) => placement).join(" "));
  assert.deepEqual(orders(1), orders(1));
  assert.notDeepEqual(orders(1), orders(2));
  assert.equal(new Set(orders(1)).size, 6);
});

Deno.test("all runs at once need no argument, a part stops after its last run, and all but the first go on", () => {
  const [one, ...more] = turnsFor({ runs: 8 });
  assert.deepEqual([partArguments(one!, 8), more], [[], []]);
  assert.deepEqual(turnsFor({ runs: 8, blocks: 3 }).map((turn) => partArguments(turn, 8)), [
    ["--until", "2"],
    ["--until", "5", "--resume"],
    ["--until", "8", "--resume"],
  ]);
});

/** Both sides, replaced by a list of the calls made to them. */
class Calls {
  readonly calls: string[] = [];

  /** @param codes exit codes of the VM's parts, in order */
  constructor(
    private readonly codes: readonly number[],
    private readonly settings: Settings = {},
    private readonly hostFailsAt?: number,
    private readonly lastAt?: number,
  ) {}

  take(runs: number) {
    const turns = turnsFor({ runs, blocks: this.codes.length, ...this.settings });
    const codes = [...this.codes];
    return takeTurns(turns, {
      host: ({ until }) => {
        this.calls.push(`host ${until}`);
        return until === this.hostFailsAt ? Promise.reject(new Error("no host")) : Promise.resolve();
      },
      start: (boot) => {
        this.calls.push(`start ${boot}`);
        return Promise.resolve(this.#session(codes));
      },
      keep: ({ code }) => {
        this.calls.push(`keep ${code}`);
        if (code !== 0) throw new Error("no VM");
      },
      isLast: ({ until }) => {
        if (this.lastAt !== undefined) this.calls.push(`look ${until}`);
        return until === this.lastAt;
      },
    });
  }

  #session(codes: number[]): VmSession {
    const place = (placement: string) => {
      this.calls.push(`place ${placement}`);
      return Promise.resolve();
    };
    return {
      ...this.settings.vcpus === undefined ? {} : { place },
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
  const sides = new Calls([0]);
  await sides.take(8);
  assert.deepEqual(sides.calls, ["host 8", "start 1", "vm", "keep 0", "end"]);
});

Deno.test("in several blocks host and VM take turns, with the VM up from before the first to after the last", async () => {
  const sides = new Calls([0, 0, 0]);
  await sides.take(7);
  assert.deepEqual(sides.calls, [
    "start 1",
    ...["host 2", "vm --until 2", "keep 0"],
    ...["host 4", "vm --until 4 --resume", "keep 0"],
    ...["host 7", "vm --until 7 --resume", "keep 0"],
    "end",
  ]);
});

Deno.test("a VM that is booted several times has its host's turns with each boot, and is placed before each part", async () => {
  const sides = new Calls([0, 0, 0, 0], { blocks: 1, boots: 2, vcpus: "free,pinned" });
  await sides.take(8);
  const [first, second] = turnsFor({ runs: 8, boots: 2, vcpus: "free,pinned" })
    .map(({ ofVm }) => ofVm.map(({ placement }) => placement));
  assert.deepEqual(sides.calls, [
    ...["start 1", "host 4"],
    ...[`place ${first![0]}`, `vm --until 2 --placement ${first![0]}`, "keep 0"],
    ...[`place ${first![1]}`, `vm --until 4 --resume --placement ${first![1]}`, "keep 0"],
    ...["end", "start 2", "host 8"],
    ...[`place ${second![0]}`, `vm --until 6 --resume --placement ${second![0]}`, "keep 0"],
    ...[`place ${second![1]}`, `vm --until 8 --resume --placement ${second![1]}`, "keep 0"],
    "end",
  ]);
});

Deno.test("a turn of the VM that fails is the last one, and its file is kept", async () => {
  const sides = new Calls([0, 3, 0]);
  await assert.rejects(sides.take(3), /no VM/);
  assert.deepEqual(sides.calls.slice(-3), ["vm --until 2 --resume", "keep 3", "end"]);
});

Deno.test("a turn of the host that fails ends the VM, whose runs so far are kept", async () => {
  const sides = new Calls([0, 0, 0], {}, 2);
  await assert.rejects(sides.take(3), /no host/);
  assert.deepEqual(sides.calls, ["start 1", "host 1", "vm --until 1", "keep 0", "host 2", "end"]);
});

Deno.test("what decides after a turn of both sides ends the measurement, and the VM with it", async () => {
  const sides = new Calls([0, 0, 0], { boots: 3 }, undefined, 4);
  await sides.take(7);
  assert.deepEqual(sides.calls, [
    ...["start 1", "host 2", "vm --until 2", "keep 0", "look 2", "end"],
    ...["start 2", "host 4", "vm --until 4 --resume", "keep 0", "look 4", "end"],
  ]);
});
