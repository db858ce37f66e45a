import assert from "node:assert/strict";
import { EXECUTABLE, executableLibraries } from "../../build/parts/executable.ts";
import { text } from "../harness/driven_guest.ts";
import { DEEPER_LATENCY_US, idleStateArguments } from "../harness/idle_states.ts";
import { kernelGuest } from "../harness/kernel_guest.ts";
import { parseMeasurement } from "../harness/measurement.ts";

const CPUS = 2;
const STATES = "/sys/devices/system/cpu/cpu*/cpuidle/state";

/** What remains where a change is written down, and which files disable states: POLL, C1, C2 of each CPU. */
const LEFT = `ls -A /run/probe 2>/dev/null; echo $(cat ${STATES}*/disable)`;
const AS_IT_WAS = "0 0 0 0 0 0";
const C2_DISABLED = "0 0 1 0 0 1";

/** Shell functions: a run, waiting until its file has the row of a run, and how often C2 has been entered. */
const PRELUDE = `
rm -f /root/out
run() { probe run --runbook /root/lab.toml --out /root/out "$@" >/root/said 2>&1; }
row() { i=0; until grep -q "^$1," /root/out 2>/dev/null; do i=$((i+1)); [ $i -le 1200 ] || exit 99; sleep 0.1; done; }
entered() { cat ${STATES}2/usage | { read -r a; read -r b; echo $((a + b)); }; }
`;

const RUN = 'period = "200ms"\nrequire = "tracepoint"\n';

Deno.test("declared idle states and latencies hold on a kernel that has some, and are undone however the call ends", async (t) => {
  const folder = Deno.makeTempDirSync({ prefix: "probe-idle-" });
  try {
    await using guest = await kernelGuest("trixie-cloud", {
      files: [{ path: "/bin/probe", source: EXECUTABLE }],
      libraries: executableLibraries(),
      memoryMiB: 2048,
      cpus: CPUS,
      qemuArgs: idleStateArguments(`${folder}/idle.aml`, CPUS),
    });
    const declare = (toml: string) =>
      guest.writeFile("/root/lab.toml", new TextEncoder().encode(`${toml}\n${RUN}`));
    const shell = (script: string) => text(guest, PRELUDE + script);
    const said = () => text(guest, "cat /root/said");
    const measurement = async () =>
      parseMeasurement(new TextDecoder().decode(await guest.readFile("/root/out")));
    const attributes = async () => (await measurement()).meta.attributes;
    /** The idle states that the rows' target CPUs left, as the event cpu_idle numbers them. */
    const left = async () => {
      const { rows } = await measurement();
      return new Set(rows.map(({ idle_state }) => idle_state).filter((state) => state !== ""));
    };
    await declare('deepest_idle_state = "C1"');

    await t.step("a state that the kernel does not have is refused with those that it has", async () => {
      await declare('deepest_idle_state = "C3"');
      assert.equal(await shell(`run --allow-system-changes; echo $?; ${LEFT}`), `3\n${AS_IT_WAS}`);
      assert.match(await said(), /wants C3 as the deepest idle state, CPU 0 has POLL, C1, C2; declare one/);
      await declare('deepest_idle_state = "C1"');
    });

    await t.step("without --allow-system-changes it is refused, and nothing is changed", async () => {
      assert.equal(await shell(`run; echo $?; ${LEFT}`), `3\n${AS_IT_WAS}`);
      assert.match(await said(), /wants no idle state deeper than C1; enabled: C2 on CPU 0-1; disable them/);
    });

    await t.step("with it C2 is not entered while runs last, and is again after the call", async () => {
      const script = `run --runs 8 --allow-system-changes & row 2; a=$(entered); row 6; b=$(entered)
        wait $!; echo $? $((b - a)); sleep 2; [ $(entered) -gt $b ] && echo again; ${LEFT}`;
      assert.equal(await shell(script), `0 0\nagain\n${AS_IT_WAS}`);
      assert.match(
        await said(),
        /^disabling idle states deeper than C1: C2 on CPU 0-1; they are enabled again/m,
      );
      assert.equal((await attributes())?.deepest_idle_state, "C1");
      const states = await left();
      assert.ok(states.has("1") && !states.has("2"), [...states].join());
    });

    await t.step("SIGINT in the middle enables it again", async () => {
      const script = `run --runs 1000 --allow-system-changes & row 2; echo $(cat ${STATES}*/disable)
        kill -INT $(pidof probe); wait $!; echo $?; ${LEFT}`;
      assert.equal(await shell(script), `${C2_DISABLED}\n130\n${AS_IT_WAS}`);
    });

    await t.step(
      "after kill -9 the next call enables it again, before it measures, and says so",
      async () => {
        const script =
          `run --runs 1000 --allow-system-changes & row 2; kill -9 $(pidof probe); wait $!; ${LEFT}`;
        assert.equal(await shell(script), `changed\n${C2_DISABLED}`);
        await declare("");
        assert.equal(await shell(`run --runs 8; echo $?; ${LEFT}`), `0\n${AS_IT_WAS}`);
        assert.match(
          await said(),
          /^notice: \S+cpu1\/cpuidle\/state2\/disable and 1 more were left at 1 by a probe run that was killed; they are 0/m,
        );
        assert.equal((await attributes())?.deepest_idle_state, "C2");
        assert.ok((await left()).has("2"), "a row names the deeper state");
      },
    );

    await t.step("a latency below that of C2 keeps CPUs out of it, until a kill -9 too", async () => {
      await declare(`cpu_dma_latency = "${DEEPER_LATENCY_US - 1}us"`);
      const script = `run --runs 1000 --allow-system-changes & row 2; a=$(entered); row 6; b=$(entered)
        kill -9 $(pidof probe); wait $!; echo $((b - a)); sleep 2; [ $(entered) -gt $b ] && echo again; ${LEFT}`;
      assert.equal(await shell(script), `0\nagain\n${AS_IT_WAS}`);
      const found = await attributes();
      assert.deepEqual([found?.cpu_dma_latency_us, found?.deepest_idle_state], [DEEPER_LATENCY_US - 1, "C2"]);
    });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
