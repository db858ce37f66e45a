/** A disk on paper, for tests of what is written to one. */

import type { OutputFile } from "../../../runbook/files/output_file.ts";

/** A file on a disk that accepts only so many bytes in all, and at most `chunk` of them at once. */
export class SmallDisk implements OutputFile {
  content = "";
  syncs = 0;
  backgroundSyncs = 0;
  syncFails = false;
  lockedElsewhere = false;
  /** The error of a file system without locks. */
  lockError: Error | null = null;
  /** What a power cut would leave. */
  synced = "";
  writes = 0;
  constructor(readonly room = Infinity, readonly chunk = Infinity, readonly truncates = true) {}

  writeSync(bytes: Uint8Array): number {
    this.writes++;
    const free = this.room - this.content.length;
    if (free <= 0) throw new Error("No space left on device (os error 28)");
    // A disk's room is whole bytes: a fraction of one would be written as 0 bytes, again and again.
    const part = bytes.subarray(0, Math.min(Math.ceil(free), this.chunk));
    this.content += new TextDecoder().decode(part);
    return part.length;
  }

  truncateSync(length: number): void {
    if (!this.truncates) throw new Error("Input/output error (os error 5)");
    this.content = this.content.slice(0, length);
  }

  tryLockSync(): boolean {
    if (this.lockError !== null) throw this.lockError;
    return !this.lockedElsewhere;
  }

  syncDataSync(): void {
    this.syncs++;
    this.synced = this.content;
  }

  syncData(): Promise<void> {
    this.backgroundSyncs++;
    if (this.syncFails) return Promise.reject(new Error("Input/output error (os error 5)"));
    this.synced = this.content;
    return Promise.resolve();
  }

  close(): void {}
}
