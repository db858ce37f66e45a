/**
 * The BPF object and the native libraries, as bytes: made by build/native.ts, carried inside the executable.
 * Import this module lazily; whoever needs no kernel must not pay for it.
 */

export { default as CHAIN_OBJECT } from "../build/out/chain.bpf.o" with { type: "bytes" };
export { default as CHAIN_OBJECT_WITHOUT_CONTEXT } from "../build/out/chain_without_context.bpf.o" with {
  type: "bytes",
};
export { default as LIBBPF } from "../build/out/libbpf.so.1" with { type: "bytes" };
export { default as LIBELF } from "../build/out/libelf.so.1" with { type: "bytes" };
export { default as LIBZ } from "../build/out/libz.so.1" with { type: "bytes" };
export { default as LIBTARGET } from "../build/out/libtarget.so" with { type: "bytes" };
