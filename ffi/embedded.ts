/**
 * The BPF object and the native libraries, as bytes: made by build/native.ts, carried inside the executable.
 * Import this module lazily; whoever needs no kernel must not pay for it. They are carried compressed, because
 * every start of the executable reads its whole text, whether these are used or not.
 */

import chainObject from "../build/out/chain.bpf.o.gz" with { type: "bytes" };
import chainObjectWithoutContext from "../build/out/chain_without_percpu.bpf.o.gz" with { type: "bytes" };
import libbpf from "../build/out/libbpf.so.1.gz" with { type: "bytes" };
import libelf from "../build/out/libelf.so.1.gz" with { type: "bytes" };
import libtarget from "../build/out/libtarget.so.gz" with { type: "bytes" };
import libz from "../build/out/libz.so.1.gz" with { type: "bytes" };

async function inflated(gzip: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return await new Response(new Blob([gzip]).stream().pipeThrough(new DecompressionStream("gzip"))).bytes();
}

export const CHAIN_OBJECT = await inflated(chainObject);
export const CHAIN_OBJECT_WITHOUT_PERCPU = await inflated(chainObjectWithoutContext);
export const LIBBPF = await inflated(libbpf);
export const LIBELF = await inflated(libelf);
export const LIBTARGET = await inflated(libtarget);
export const LIBZ = await inflated(libz);
