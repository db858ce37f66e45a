/** Names of the reasons for which a processor leaves guest mode. */

/** KVM_ISA_VMX and KVM_ISA_SVM of the kernel (5.10 to 7.3), and a number for arm64; bpf/arch/ gives them. */
const VMX = 1;
const SVM = 2;
const ARM64 = 3;

/** Exit reasons of VMX by number (VMX_EXIT_REASONS, 7.3): the usual ones. */
const VMX_NAMES: ReadonlyMap<number, string> = new Map([
  [0, "exception_nmi"],
  [1, "interrupt"],
  [3, "init"],
  [7, "interrupt_window"],
  [8, "nmi_window"],
  [10, "cpuid"],
  [12, "hlt"],
  [14, "invlpg"],
  [16, "rdtsc"],
  [18, "vmcall"],
  [28, "cr_access"],
  [29, "dr_access"],
  [30, "io"],
  [31, "msr_read"],
  [32, "msr_write"],
  [36, "mwait"],
  [40, "pause"],
  [43, "tpr_below_threshold"],
  [44, "apic_access"],
  [45, "eoi_induced"],
  [48, "ept_violation"],
  [49, "ept_misconfig"],
  [51, "rdtscp"],
  [52, "preemption_timer"],
  [54, "wbinvd"],
  [55, "xsetbv"],
  [56, "apic_write"],
  [62, "pml_full"],
  [67, "umwait"],
  [74, "bus_lock"],
  [75, "notify"],
]);
/** The basic reason: the bits above are flags (union vmx_exit_reason). */
const BASIC = 0xffff;

/** Exit codes of SVM (SVM_EXIT_REASONS, 7.3): the usual ones. */
const SVM_NAMES: ReadonlyMap<number, string> = new Map([
  [0x60, "interrupt"],
  [0x61, "nmi"],
  [0x62, "smi"],
  [0x63, "init"],
  [0x64, "interrupt_window"],
  [0x6e, "rdtsc"],
  [0x72, "cpuid"],
  [0x74, "iret"],
  [0x76, "invd"],
  [0x77, "pause"],
  [0x78, "hlt"],
  [0x79, "invlpg"],
  [0x7b, "io"],
  [0x7c, "msr"],
  [0x81, "vmcall"],
  [0x87, "rdtscp"],
  [0x89, "wbinvd"],
  [0x8a, "monitor"],
  [0x8b, "mwait"],
  [0x8d, "xsetbv"],
  // With the CPU's own check for pending interrupts ("KVM: SVM: Add Idle HLT intercept support").
  [0xa6, "hlt"],
  [0x400, "npf"],
  [0x401, "avic_incomplete_ipi"],
  [0x402, "avic_unaccelerated"],
  [0x403, "vmgexit"],
  [0x407, "pml_full"],
]);

/** Exits of arm64's guests (kvm_arm_exception_type, 7.3); traps by their class (ESR_ELx_EC_*), the usual ones. */
const ARM64_NAMES: ReadonlyMap<number, string> = new Map([
  [0, "irq"],
  [1, "el1_serror"],
  [4, "il"],
  [0x101, "wfx"],
  [0x116, "hvc"],
  [0x117, "smc"],
  [0x118, "sys"],
  [0x119, "sve"],
  [0x11a, "eret"],
  [0x120, "instruction_abort"],
  [0x124, "data_abort"],
  [0x130, "breakpoint"],
  [0x13c, "brk"],
]);

/** @returns null when the kernel's side could not tell it */
export function exitReason(isa: number, reason: number): string | null {
  if (isa === VMX) return VMX_NAMES.get(reason & BASIC) ?? `vmx ${reason & BASIC}`;
  if (isa === ARM64) return ARM64_NAMES.get(reason) ?? `arm64 0x${reason.toString(16)}`;
  if (isa !== SVM) return null;
  if (reason >= 0x40 && reason < 0x60) return "exception";
  if (reason < 0x20) return "cr_access";
  if (reason < 0x40) return "dr_access";
  return SVM_NAMES.get(reason) ?? `svm 0x${reason.toString(16)}`;
}
