import assert from "node:assert/strict";
import { fetchKernel } from "../../build/debian/kernels.ts";
import { findQemu } from "../../build/debian/qemu.ts";
import { EXIT, Failure } from "../../analysis/failure.ts";
import { type Guest, startGuest } from "../../guest/vm/boot.ts";
import { CLOCKSOURCE_FOLDER, kernelGuest, PROMISED_KERNELS } from "../harness/kernel_guest.ts";

/** Every byte value, those that terminals treat specially more than once, and no regular pattern. */
function awkwardBytes(size: number): Uint8Array<ArrayBuffer> {
  const special = [0x00, 0x03, 0x04, 0x0a, 0x0d, 0x11, 0x13, 0x1a, 0x7f, 0xff, 0xff];
  return Uint8Array.from(
    { length: size },
    (_, i) => i % 3 === 0 ? special[i % 11]! : (i * 167 + (i >> 8)) & 0xff,
  );
}

async function text(guest: Guest, ...argv: string[]): Promise<string> {
  const { code, stdout, stderr } = await guest.run(argv);
  assert.equal(code, 0, `${argv.join(" ")}: ${stderr}`);
  return stdout.trim();
}

for (const name of PROMISED_KERNELS) {
  Deno.test(`a guest with ${name}`, async (t) => {
    const { release } = await fetchKernel(name);
    const large = awkwardBytes(3_000_001);
    const seen: string[] = [];
    await using guest = await kernelGuest(name, {
      files: [
        { path: "/opt/deno", source: Deno.execPath() },
        { path: "/opt/large", source: large, mode: 0o640 },
      ],
      onConsole: (line) => seen.push(line),
    });

    await t.step("runs the kernel that was fetched, on two CPUs", async () => {
      assert.equal(await text(guest, "uname", "-r"), release);
      assert.equal(await text(guest, "nproc"), "2");
    });
    await t.step("has BTF, tracefs and the BPF file system", async () => {
      assert.ok(Number(await text(guest, "stat", "-c", "%s", "/sys/kernel/btf/vmlinux")) > 1_000_000);
      assert.match(await text(guest, "cat", "/sys/kernel/tracing/available_events"), /^sched:sched_wakeup$/m);
      assert.match(await text(guest, "mount"), /^bpf on \/sys\/fs\/bpf /m);
    });
    await t.step("offers tsc among its clocksources and can switch to each of them", async () => {
      const offered = (await text(guest, "cat", `${CLOCKSOURCE_FOLDER}/available_clocksource`)).split(" ");
      assert.ok(offered.includes("tsc") && offered.includes("hpet"), offered.join(" "));
      for (const clocksource of [...offered, "tsc"]) {
        await text(guest, "sh", "-c", `echo ${clocksource} >${CLOCKSOURCE_FOLDER}/current_clocksource`);
        assert.equal(await text(guest, "cat", `${CLOCKSOURCE_FOLDER}/current_clocksource`), clocksource);
      }
    });
    await t.step("reports exit code, stdout and stderr of a command apart", async () => {
      const result = await guest.run(["sh", "-c", "echo out; echo err >&2; exit 7"]);
      assert.deepEqual(result, { code: 7, stdout: "out\n", stderr: "err\n" });
      assert.equal((await guest.run(["/no/such/command"])).code, 127);
      assert.equal((await guest.run(["sh", "-c", "kill -9 $$"])).code, 137);
    });
    await t.step("passes arguments on as they are", async () => {
      const words = ["a b", "it's", '"$HOME"', "", "new\nline", "é\\n"];
      const { stdout } = await guest.run(["sh", "-c", 'printf "<%s>" "$@"', "sh", ...words]);
      assert.equal(stdout, words.map((word) => `<${word}>`).join(""));
    });
    await t.step("returns an echoed command's results and shows its stderr on the console", async () => {
      const result = await guest.run(["sh", "-c", "echo out; echo shown-on-console >&2; exit 3"], {
        echo: true,
      });
      assert.deepEqual(result, { code: 3, stdout: "out\n", stderr: "shown-on-console\n" });
      assert.ok(seen.includes("shown-on-console"), seen.join("\n"));
    });
    await t.step("brings a file of the image back byte by byte", async () => {
      assert.equal(await text(guest, "stat", "-c", "%a %s", "/opt/large"), "640 3000001");
      assert.deepEqual(await guest.readFile("/opt/large"), large);
    });
    await t.step("takes a file while it runs and returns it unchanged", async () => {
      const bytes = awkwardBytes(40_001);
      await guest.writeFile("/tmp/new/file", bytes, 0o600);
      assert.equal(await text(guest, "stat", "-c", "%a", "/tmp/new/file"), "600");
      assert.deepEqual(await guest.readFile("/tmp/new/file"), bytes);
    });
    await t.step("says which file it cannot read", async () => {
      await assert.rejects(
        guest.readFile("/no/such/file"),
        /cannot read \/no\/such\/file in the guest: .*No such/,
      );
    });
    await t.step("serves commands in the order in which they were given", async () => {
      const all = await Promise.all(
        [1, 2, 3, 4].map((n) => text(guest, "sh", "-c", `echo ${n} | tee -a /tmp/order`)),
      );
      assert.deepEqual(all, ["1", "2", "3", "4"]);
      assert.equal(await text(guest, "cat", "/tmp/order"), "1\n2\n3\n4");
    });
    await t.step("runs Deno with nothing but glibc's files and libgcc", async () => {
      assert.match(await text(guest, "/opt/deno", "--version"), new RegExp(`^deno ${Deno.version.deno} `));
      const libraries = (await text(guest, "find", "/", "-xdev", "-name", "*.so*", "-type", "f")).split("\n")
        .map((path) => path.slice(path.lastIndexOf("/") + 1)).filter((file) => file !== "ld.so.cache");
      const allowed = /^(ld-linux-x86-64|libc|libm|libdl|libpthread|librt|libgcc_s)\.so\.\d+$/;
      assert.ok(libraries.length >= 2);
      assert.deepEqual(libraries.filter((file) => !allowed.test(file)), []);
    });
    await t.step("runs a program as an unprivileged user", async () => {
      assert.equal(await text(guest, "su", "nobody", "-c", "id -u"), "65534");
      assert.equal(
        await text(guest, "su", "nobody", "-c", "/opt/deno eval 'console.log(Deno.uid())'"),
        "65534",
      );
    });
  });
}

Deno.test("a kernel panic ends the command with the reason and the console's last lines", async () => {
  await using guest = await kernelGuest("trixie-cloud", { memoryMiB: 256 });
  const failure = await failureOf(guest.run(["sh", "-c", "echo c >/proc/sysrq-trigger"]));
  assert.match(failure.found, /the guest's kernel panicked \(sysrq triggered crash\)/);
  assert.match(
    failure.found,
    /on its console:\n.*Kernel panic - not syncing: sysrq.*\n[^]*\n.*sysrq_handle_crash/,
  );
  await failureOf(guest.run(["true"]));
});

Deno.test("a guest that powers off by itself ends the command with a failure", async () => {
  await using guest = await kernelGuest("bookworm-cloud", { memoryMiB: 256 });
  assert.match((await failureOf(guest.run(["poweroff", "-f"]))).found, /poweroff -f: the guest ended/);
});

Deno.test("a command that does not end in its time takes its guest with it", async () => {
  await using guest = await kernelGuest("trixie-cloud", { memoryMiB: 256 });
  const failure = await failureOf(guest.run(["sleep", "100000"], { timeoutMs: 100 }));
  assert.match(failure.found, /sleep 100000: the guest did not answer within 0\.1 s/);
});

Deno.test("a file that is not a kernel is refused with what QEMU says", async () => {
  const kernel = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(kernel, "not a kernel\n".repeat(1000));
    const failure = await failureOf(
      startGuest({ qemu: await findQemu(), kernel, memoryMiB: 128, bootTimeoutMs: 20_000 }),
    );
    assert.match(failure.found, /^boot: the guest ended, QEMU with code 1; on its console:\n.*kernel/);
  } finally {
    await Deno.remove(kernel);
  }
});

Deno.test("a guest without enough memory for its files fails to boot with the kernel's words", async () => {
  const failure = await failureOf(
    kernelGuest("trixie-cloud", { memoryMiB: 160, files: [{ path: "/deno", source: Deno.execPath() }] }),
  );
  assert.match(failure.found, /boot: .*panicked/);
});

async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof Failure, String(error));
    assert.equal(error.exitCode, EXIT.failed);
    return error;
  }
  assert.fail("it did not fail");
}
