/** The threads that run a VM's vCPUs on this machine, and how KVM derives the VM's counter. */

import { EXIT, Failure } from "../../analysis/failure.ts";
import type { GuestScale } from "../machine/arch.ts";
import type { ReadText } from "../machine/machine.ts";
import type { CounterScale } from "./clock_map.ts";

/** What is read of /proc and /sys. */
export interface Folders {
  readonly read: ReadText;
  /** Names in a folder; null when it cannot be read. */
  list(path: string): readonly string[] | null;
}

const DEBUGFS = "/sys/kernel/debug/kvm";

/** QEMU's names with debug-threads=on; then those of Cloud Hypervisor and Firecracker. */
const NAMES = [/^CPU (\d+)\/(?:KVM|TCG)$/, /^vcpu(\d+)$/, /^fc_vcpu (\d+)$/];

/** Which process is the VM: what --vm takes. */
export type VmChoice =
  | { readonly kind: "pid"; readonly pid: number }
  | { readonly kind: "comm"; readonly comm: string };

/** @returns null when it is neither pid:NUMBER nor comm:NAME */
export function parseVmChoice(text: string): VmChoice | null {
  const [, kind, value = ""] = /^(pid|comm):(.+)$/.exec(text) ?? [];
  if (kind === "comm") return { kind, comm: value };
  return kind === "pid" && /^[1-9]\d{0,9}$/.test(value) ? { kind, pid: Number(value) } : null;
}

/**
 * The process of that VM.
 *
 * @throws Failure when it does not exist, several match, or it has no vCPUs
 */
export function findVm(choice: VmChoice, folders: Folders): number {
  const pid = choice.kind === "pid" ? choice.pid : onlyProcess(choice.comm, folders);
  const vcpus = vcpuThreads(pid, folders);
  if (vcpus !== null && vcpus.size > 0) return pid;
  throw new Failure(
    EXIT.cannotMeasure,
    vcpus === null ? `process ${pid} does not exist` : `no thread of process ${pid} is known to run a vCPU`,
    vcpus === null
      ? "give the process of the VM"
      : `name them (QEMU: -name guest,debug-threads=on), or make ${DEBUGFS} readable`,
  );
}

function onlyProcess(comm: string, { read, list }: Folders): number {
  const found = (list("/proc") ?? []).filter((name) =>
    /^\d+$/.test(name) && read(`/proc/${name}/comm`)?.trimEnd() === comm
  );
  if (found.length === 1) return Number(found[0]);
  throw new Failure(
    EXIT.cannotMeasure,
    found.length === 0
      ? `no process is named ${comm}`
      : `${found.length} processes are named ${comm}: ${found.join(", ")}`,
    "give the VM's process as --vm pid:N",
  );
}

/**
 * The vCPU of each thread, by thread id.
 *
 * @returns empty when no thread is known to run one; null when the process is gone
 */
export function vcpuThreads(pid: number, folders: Folders): ReadonlyMap<number, number> | null {
  const { read, list } = folders;
  const tasks = list(`/proc/${pid}/task`);
  if (tasks === null) return null;
  const named = tasks.flatMap((tid): [number, number][] => {
    const comm = read(`/proc/${pid}/task/${tid}/comm`)?.trimEnd() ?? "";
    const vcpu = NAMES.map((name) => name.exec(comm)?.[1]).find((found) => found !== undefined);
    return vcpu === undefined ? [] : [[Number(tid), Number(vcpu)]];
  });
  if (named.length > 0) return new Map(named);
  // kvm_create_vcpu_debugfs(), virt/kvm/kvm_main.c: vcpuN/pid since 6.1.
  const told = vcpuFolders(pid, folders).flatMap(({ vcpu, path }): [number, number][] => {
    const tid = Number(read(`${path}/pid`) ?? NaN);
    return Number.isInteger(tid) && tasks.includes(`${tid}`) ? [[tid, vcpu]] : [];
  });
  return new Map(told);
}

function vcpuFolders(pid: number, { list }: Folders): { readonly vcpu: number; readonly path: string }[] {
  const vms = (list(DEBUGFS) ?? []).filter((name) => name.startsWith(`${pid}-`));
  return vms.flatMap((vm) =>
    (list(`${DEBUGFS}/${vm}`) ?? []).flatMap((name) => {
      const vcpu = /^vcpu(\d+)$/.exec(name)?.[1];
      return vcpu === undefined ? [] : [{ vcpu: Number(vcpu), path: `${DEBUGFS}/${vm}/${name}` }];
    })
  );
}

/**
 * How KVM derives the VM's counter from this machine's.
 *
 * @param files of a vCPU in debugfs; null: this architecture has none
 * @returns why that is not known
 */
export function counterScale(
  pid: number,
  files: GuestScale | null,
  folders: Folders,
): CounterScale | string {
  if (files === null) return "this architecture does not tell how the guest's counter is derived";
  if (folders.list(DEBUGFS) === null) {
    return `${DEBUGFS} cannot be read (mount -t debugfs debugfs /sys/kernel/debug; only root may read it)`;
  }
  const number = (path: string) => {
    const text = folders.read(path)?.trim() ?? "";
    return /^-?\d+$/.test(text) ? BigInt(text) : null;
  };
  const scales = vcpuFolders(pid, folders).map(({ path }) => ({
    offset: number(`${path}/${files.offset}`),
    ratio: number(`${path}/${files.ratio}`),
    bits: number(`${path}/${files.fractionBits}`),
  }));
  const [first] = scales;
  if (first === undefined) return `process ${pid} has no VM in ${DEBUGFS}`;
  const { offset, ratio, bits } = first;
  if (offset === null) return `${DEBUGFS} has no ${files.offset} of process ${pid}`;
  if (scales.some((scale) => scale.offset !== offset || scale.ratio !== ratio)) {
    return "the VM's vCPUs have different counters";
  }
  if (ratio === null || bits === null || ratio <= 0n) return { offset, ratio: 1n, fraction_bits: 0 };
  return { offset, ratio, fraction_bits: Number(bits) };
}
