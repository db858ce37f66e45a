/**
 * Attaches programs of programs/holder.bpf.c until it is killed. Bundled and started in a guest: `deno run -A
 * holding.js OBJECT NS COMM PROGRAM...`; it says `attached` once they are.
 */

import { BpfObject, BpfRuntime } from "../../ffi/bpf_object.ts";
import { LIBBPF_LIBRARIES, LIBTARGET } from "../../ffi/embedded.ts";
import { openLibbpf } from "../../ffi/libbpf.ts";
import { openNativeLibrary } from "../../ffi/native_library.ts";

const PROGRAMS = ["hold_locks", "note_ttwu", "note_waking", "stay_in_interrupt"];

const [object, ns, comm, ...programs] = Deno.args as [string, string, string, ...string[]];
const native = openNativeLibrary(LIBTARGET);
const bpf = new BpfObject(new BpfRuntime(openLibbpf(LIBBPF_LIBRARIES), native), Deno.readFileSync(object));
for (const program of PROGRAMS) bpf.setAutoload(program, programs.includes(program));
const config = new Uint8Array(40);
new DataView(config.buffer).setBigUint64(0, BigInt(ns), true);
config.set(new TextEncoder().encode(comm), 8);
config.set(new TextEncoder().encode("probe-target"), 24);
bpf.setReadOnlyData(config);
bpf.load();
for (const program of programs) bpf.attach(program);
console.log("attached");
setInterval(() => {}, 1_000_000);
