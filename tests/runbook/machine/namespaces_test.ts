import assert from "node:assert/strict";
import { Failure } from "../../../analysis/failure.ts";
import { checkNamespaces, procCountsOwnPids, readNamespaces } from "../../../runbook/machine/namespaces.ts";

const INITIAL = {
  "/proc/self": "77",
  "/proc/self/ns/pid": "pid:[4026531836]",
  "/proc/self/ns/time": "time:[4026531834]",
  "/proc/self/ns/time_for_children": "time:[4026531834]",
};
const IN_TIME = {
  ...INITIAL,
  "/proc/self/ns/time": "time:[4026532999]",
  "/proc/self/ns/time_for_children": "time:[4026532999]",
};
const OFFSETS = "monotonic          -100         0\nboottime           3600 500000000\n";

const linksOf = (links: Readonly<Record<string, string | null>>) => (path: string) => links[path] ?? null;
const read = (offsets: string | null) => (path: string) =>
  path === "/proc/self/timens_offsets" ? offsets : null;

Deno.test("in the initial namespaces pids and times are the kernel's own", () => {
  assert.deepEqual(readNamespaces(read(null), linksOf(INITIAL)), { pid: null, monotonicOffsetNs: 0n });
});

Deno.test("another pid namespace is told by its inode", () => {
  const links = { ...INITIAL, "/proc/self/ns/pid": "pid:[4026532195]" };
  assert.equal(readNamespaces(read(null), linksOf(links)).pid, 4026532195);
});

Deno.test("the offset of a time namespace is that of its file, whose nanoseconds count forwards", () => {
  const offsetOf = (offsets: string) => readNamespaces(read(offsets), linksOf(IN_TIME)).monotonicOffsetNs;
  assert.equal(offsetOf(OFFSETS), -100_000_000_000n);
  assert.equal(offsetOf("monotonic -1 999999999\nboottime 0 0\n"), -1n);
  assert.equal(offsetOf("monotonic 5 7\n"), 5_000_000_007n);
});

Deno.test("a kernel without time namespaces has one time for all", () => {
  const links = { ...INITIAL, "/proc/self/ns/time": null, "/proc/self/ns/time_for_children": null };
  assert.equal(readNamespaces(read(null), linksOf(links)).monotonicOffsetNs, 0n);
});

Deno.test("what cannot be told is refused with the reason", () => {
  const refusals: readonly (readonly [Readonly<Record<string, string | null>>, string | null, RegExp])[] = [
    [{}, null, /ns\/pid cannot be read; mount \/proc/],
    [IN_TIME, null, /timens_offsets cannot be read/],
    [
      { ...IN_TIME, "/proc/self/ns/time_for_children": "time:[4026533000]" },
      OFFSETS,
      /children's is another one/,
    ],
  ];
  for (const [links, offsets, said] of refusals) {
    assert.throws(
      () => checkNamespaces(read(offsets), linksOf(links)),
      (error) => error instanceof Failure && error.exitCode === 3 && said.test(error.message),
    );
  }
});

Deno.test("a /proc of another pid namespace is known by the number it gives this process", () => {
  assert.equal(procCountsOwnPids(linksOf(INITIAL), 77), true);
  assert.equal(procCountsOwnPids(linksOf(INITIAL), 1), false);
  assert.equal(procCountsOwnPids(linksOf({}), 1), false);
});
