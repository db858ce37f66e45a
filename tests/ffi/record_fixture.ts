/** Records as the kernel would pass them on, for tests without a kernel. */

import { CHAIN } from "../../ffi/layout.generated.ts";
import { type ChainRecord, decodeRecord, RECORD_BYTES } from "../../ffi/record.ts";

/**
 * Bytes of a record with every fact seen and 1 in every field, a value that all enums have; without stacks.
 */
export function seenBytes(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(RECORD_BYTES);
  for (const { offset } of Object.values(CHAIN.fields)) bytes[offset] = 1;
  const { offset, count } = CHAIN.fields.seen;
  return bytes.fill(1, offset, offset + count);
}

export function seenRecord(): ChainRecord {
  return decodeRecord(seenBytes())!;
}
