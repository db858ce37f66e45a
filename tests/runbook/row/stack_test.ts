import assert from "node:assert/strict";
import fc from "fast-check";
import { functionName, normaliseStack, symboliseStack } from "../../../runbook/row/stack.ts";

/** Seen on 6.18: sched_waking in an hrtimer interrupt of an idle CPU that was brought up later. */
const TRACEPOINT_STACK = [
  "bpf_prog_3f1d0a7a5f4b2c11_sched_waking",
  "bpf_trace_run1",
  "__bpf_trace_sched_wakeup_template",
  "__traceiter_sched_waking",
  "try_to_wake_up",
  "hrtimer_wakeup",
  "__hrtimer_run_queues",
  "hrtimer_interrupt",
  "__sysvec_apic_timer_interrupt",
  "sysvec_apic_timer_interrupt",
  "asm_sysvec_apic_timer_interrupt",
  "pv_native_safe_halt",
  "default_idle",
  "default_idle_call",
  "do_idle",
  "cpu_startup_entry",
  "start_secondary",
  "common_startup_64",
];

const TIMER_WAKE = [
  "try_to_wake_up",
  "hrtimer_wakeup",
  "__hrtimer_run_queues",
  "hrtimer_interrupt",
  "__sysvec_apic_timer_interrupt",
];

Deno.test("tracing machinery is stripped and the stack is cut at the interrupt entry", () => {
  assert.deepEqual(normaliseStack(TRACEPOINT_STACK), {
    frames: TIMER_WAKE,
    interrupted: "pv_native_safe_halt",
    context: "hardirq",
  });
});

Deno.test("the same wakeup has the same frames at the full tier, where a trampoline calls the program", () => {
  const full = [
    "bpf_prog_7af1e0c2a3d4e5f6_ttwu_entry",
    "bpf_trampoline_6442535391",
    ...TRACEPOINT_STACK.slice(4),
  ];
  assert.deepEqual(normaliseStack(full), normaliseStack(TRACEPOINT_STACK));
});

Deno.test("the same wakeup has the same frames where JIT-compiled programs have no symbols", () => {
  assert.deepEqual(
    normaliseStack([null, null, ...TRACEPOINT_STACK.slice(4)]),
    normaliseStack(TRACEPOINT_STACK),
  );
});

Deno.test("which CPU was idle does not change a stack: start_secondary against rest_init", () => {
  const boot = [
    ...TRACEPOINT_STACK.slice(0, -2),
    "rest_init",
    "start_kernel",
    "x86_64_start_reservations",
    "x86_64_start_kernel",
    "common_startup_64",
  ];
  assert.deepEqual(normaliseStack(boot), normaliseStack(TRACEPOINT_STACK));
});

Deno.test("a wakeup from the idle loop itself, without an interrupt, does not depend on the CPU either", () => {
  const inner = [
    "try_to_wake_up",
    "__flush_smp_call_function_queue",
    "flush_smp_call_function_queue",
    "do_idle",
  ];
  const secondary = normaliseStack([...inner, "cpu_startup_entry", "start_secondary", "common_startup_64"]);
  const boot = normaliseStack([...inner, "cpu_startup_entry", "rest_init", "start_kernel"]);
  assert.deepEqual(secondary, boot);
  assert.deepEqual(secondary, { frames: inner, interrupted: null, context: "task" });
});

Deno.test("an interrupt in user mode has interrupted user", () => {
  assert.equal(normaliseStack([...TIMER_WAKE, "asm_sysvec_apic_timer_interrupt"]).interrupted, "user");
});

Deno.test("a timer that ran in a softirq at the end of an interrupt woke from a softirq", () => {
  const stack = normaliseStack([
    "try_to_wake_up",
    "call_timer_fn",
    "run_timer_softirq",
    "handle_softirqs",
    "__irq_exit_rcu",
    "sysvec_apic_timer_interrupt",
    "asm_sysvec_apic_timer_interrupt",
    "clear_page_erms",
  ]);
  assert.deepEqual(stack, {
    frames: ["try_to_wake_up", "call_timer_fn", "run_timer_softirq", "handle_softirqs", "__irq_exit_rcu"],
    interrupted: "clear_page_erms",
    context: "softirq",
  });
});

Deno.test("an interrupt that came during a softirq woke from hardirq", () => {
  const stack = normaliseStack([
    ...TIMER_WAKE,
    "asm_sysvec_apic_timer_interrupt",
    "net_rx_action",
    "handle_softirqs",
  ]);
  assert.equal(stack.context, "hardirq");
  assert.equal(stack.interrupted, "net_rx_action");
});

Deno.test("a softirq served by ksoftirqd is a softirq, as in_serving_softirq() has it", () => {
  const frames = ["try_to_wake_up", "handle_softirqs", "run_ksoftirqd", "smpboot_thread_fn", "kthread"];
  assert.deepEqual(normaliseStack(frames), { frames, interrupted: null, context: "softirq" });
});

Deno.test("a system call that wakes is a task, and its whole stack counts", () => {
  const frames = [
    "try_to_wake_up",
    "pipe_write",
    "vfs_write",
    "do_syscall_64",
    "entry_SYSCALL_64_after_hwframe",
  ];
  assert.deepEqual(normaliseStack(frames), { frames, interrupted: null, context: "task" });
});

Deno.test("a wakeup under a non-maskable interrupt woke from nmi", () => {
  const stack = normaliseStack([
    "try_to_wake_up",
    "irq_work_run",
    "nmi_handle",
    "exc_nmi",
    "end_repeat_nmi",
    "memcpy",
  ]);
  assert.deepEqual(stack, {
    frames: ["try_to_wake_up", "irq_work_run", "nmi_handle"],
    interrupted: "memcpy",
    context: "nmi",
  });
});

Deno.test("arm64's interrupt entries cut a stack as x86's do", () => {
  const stack = normaliseStack([
    "try_to_wake_up",
    "hrtimer_wakeup",
    "arch_timer_handler_virt",
    "gic_handle_irq",
    "call_on_irq_stack",
    "do_interrupt_handler",
    "el1_interrupt",
    "el1h_64_irq_handler",
    "el1h_64_irq",
    "cpuidle_enter_state",
    "do_idle",
  ]);
  assert.deepEqual(stack.frames, [
    "try_to_wake_up",
    "hrtimer_wakeup",
    "arch_timer_handler_virt",
    "gic_handle_irq",
  ]);
  assert.equal(stack.interrupted, "cpuidle_enter_state");
  assert.equal(stack.context, "hardirq");
});

Deno.test("kernels before 5.8 enter interrupts by other names", () => {
  const stack = normaliseStack([
    "try_to_wake_up",
    "hrtimer_interrupt",
    "smp_apic_timer_interrupt",
    "apic_timer_interrupt",
    "native_safe_halt",
  ]);
  assert.deepEqual(stack, {
    frames: ["try_to_wake_up", "hrtimer_interrupt"],
    interrupted: "native_safe_halt",
    context: "hardirq",
  });
});

for (
  const [symbol, name] of [
    ["finish_task_switch.isra.0", "finish_task_switch"],
    ["ttwu_queue.constprop.0.isra.0", "ttwu_queue"],
    ["handle_softirqs.cold", "handle_softirqs"],
    ["foo.part.12.cold.3", "foo"],
    ["foo.llvm.1234567890", "foo"],
    ["hrtimer_wakeup", "hrtimer_wakeup"],
    ["a.coldness", "a.coldness"],
  ] as const
) {
  Deno.test(`the function of ${symbol} is ${name}`, () => assert.equal(functionName(symbol), name));
}

Deno.test("an address without a symbol in the middle of a stack stays visible", () => {
  assert.deepEqual(normaliseStack(["try_to_wake_up", null, "kthread"]).frames, [
    "try_to_wake_up",
    "[unknown]",
    "kthread",
  ]);
});

Deno.test("an empty stack, or one without a single name, tells nothing", () => {
  assert.deepEqual(normaliseStack([]), { frames: [], interrupted: null, context: null });
  assert.deepEqual(normaliseStack([null, null]).frames, []);
});

Deno.test("normalising twice is normalising once", () => {
  const names = fc.constantFrom(
    ...TRACEPOINT_STACK,
    "handle_softirqs.cold",
    "kthread",
    "foo.isra.0",
    "rest_init",
  );
  fc.assert(fc.property(fc.array(names, { maxLength: 30 }), (stack) => {
    const once = normaliseStack(stack).frames;
    assert.deepEqual(normaliseStack(once).frames, once);
  }));
});

Deno.test("return addresses are looked up one byte earlier, exact addresses as they are", () => {
  const names = new Map([
    [0x100n, "try_to_wake_up"],
    [0x1ffn, "calls_and_never_returns"],
    [0x2ffn, "asm_sysvec_apic_timer_interrupt"],
    [0x400n, "interrupted_at_its_first_byte"],
    [0x4ffn, "its_caller"],
  ]);
  assert.deepEqual(
    symboliseStack(
      [0x100n, 0x200n, 0x300n, 0x400n, 0x500n],
      (address) => names.get(address) ?? null,
    ),
    [...names.values()],
  );
});
