import { errnoName } from "../system/errno.ts";

/** A call into libbpf or the kernel that failed. runbook/ turns it into what a user can act on. */
export class LibbpfError extends Error {
  override readonly name = "LibbpfError";

  constructor(
    /** What was attempted, for example `load the BPF programs`. */
    readonly attempted: string,
    /** A positive errno, or 0 when the call gave none. */
    readonly errno: number,
    /** libbpf's and the verifier's log of that call. */
    readonly log: string,
  ) {
    super(`cannot ${attempted}: ${errnoName(errno)}`);
  }
}
