/** The hooks by which this machine follows the vCPU threads of a VM: the programs of bpf/vcpu.bpf.c. */

/** One attach point: a tracepoint, of the kernel or of kvm. */
export interface HostHook {
  readonly hook: string;
  /** Name in the BPF object. */
  readonly program: string;
  /** It belongs to kvm, which may be a module with types of its own. */
  readonly ofKvm?: true;
  /** Without it nothing is known of the host's part. */
  readonly needed?: true;
}

/** Architectures give interrupts to guests by different events; those of others are missing, which is told. */
export const HOST_HOOKS: readonly HostHook[] = [
  { hook: "sched_waking", program: "vcpu_waking", needed: true },
  { hook: "sched_switch", program: "vcpu_switch", needed: true },
  { hook: "hrtimer_expire_entry", program: "vcpu_timer_begins" },
  { hook: "hrtimer_expire_exit", program: "vcpu_timer_ends" },
  { hook: "irq_handler_entry", program: "vcpu_irq_begins" },
  { hook: "irq_handler_exit", program: "vcpu_irq_ends" },
  { hook: "softirq_entry", program: "vcpu_softirq_begins" },
  { hook: "softirq_exit", program: "vcpu_softirq_ends" },
  { hook: "kvm_vcpu_wakeup", program: "vcpu_wakeup", ofKvm: true },
  { hook: "kvm_apic_accept_irq", program: "vcpu_accepts", ofKvm: true },
  { hook: "kvm_exit", program: "vcpu_exit", ofKvm: true },
  { hook: "kvm_entry", program: "vcpu_entry", ofKvm: true },
];
