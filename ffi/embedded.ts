/**
 * The BPF object and the native libraries, as bytes: made by build/parts/native.ts, carried inside the
 * executable. Import this module lazily, so commands that do not touch the kernel do not pay for it. The
 * bytes are compressed, because every start copies all chunks into memory (build/parts/program.h).
 */

import chainObject from "../build/out/chain.bpf.o.gz" with { type: "bytes" };
import chainObjectWithoutPercpu from "../build/out/chain_without_percpu.bpf.o.gz" with { type: "bytes" };
import chainObjectRaw from "../build/out/chain_raw.bpf.o.gz" with { type: "bytes" };
import vcpuObject from "../build/out/vcpu.bpf.o.gz" with { type: "bytes" };
import libraries from "../build/out/libraries.bin.gz" with { type: "bytes" };
import libtarget from "../build/out/libtarget.so.gz" with { type: "bytes" };
import type { SharedLibrary } from "./libbpf.ts";

async function inflated(gzip: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return await new Response(new Blob([gzip]).stream().pipeThrough(new DecompressionStream("gzip"))).bytes();
}

/** Splits what `packed()` of build/parts/libraries.ts has put together: a line of JSON, then the files. */
function unpacked(bytes: Uint8Array<ArrayBuffer>): SharedLibrary[] {
  let offset = bytes.indexOf("\n".charCodeAt(0)) + 1;
  const index: { name: string; size: number }[] = JSON.parse(
    new TextDecoder().decode(bytes.subarray(0, offset)),
  );
  return index.map(({ name, size }) => ({ name, bytes: bytes.subarray(offset, offset += size) }));
}

export const CHAIN_OBJECT = await inflated(chainObject);
export const CHAIN_OBJECT_WITHOUT_PERCPU = await inflated(chainObjectWithoutPercpu);
export const CHAIN_OBJECT_RAW = await inflated(chainObjectRaw);
/** bpf/vcpu.bpf.c */
export const VCPU_OBJECT = await inflated(vcpuObject);
export const LIBTARGET = await inflated(libtarget);
/** libbpf last, after the libraries it needs. */
export const LIBBPF_LIBRARIES = unpacked(await inflated(libraries));
