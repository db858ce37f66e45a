/** libtarget.so: the project's own C, see ffi/native/. */

import { memfdPath } from "./memfd.ts";

const symbols = {
  // int target_run(const struct target_request *request, struct target_result *result); nonblocking: it runs
  // on a native thread of its own, which is the target
  target_run: { parameters: ["buffer", "buffer"], result: "i32", nonblocking: true },
  // int target_attributes(const struct target_request *request, struct task_attributes *found, void *cpus,
  // size_t bytes); nonblocking: it runs on the same kind of thread as target_run()
  target_attributes: {
    parameters: ["buffer", "buffer", "buffer", "usize"],
    result: "i32",
    nonblocking: true,
  },
  // int existing_run(const struct target_request *request, int32_t pid, struct target_result *result);
  existing_run: { parameters: ["buffer", "i32", "buffer"], result: "i32", nonblocking: true },
  // int32_t tasks_named(const char *name, int32_t *pids, int32_t capacity);
  tasks_named: { parameters: ["buffer", "buffer", "i32"], result: "i32" },
  // int32_t keep_thread_on_cpus(int32_t tid, const void *mask, uint32_t bytes);
  keep_thread_on_cpus: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  // void target_cancel(uint64_t run);
  target_cancel: { parameters: ["u64"], result: "void" },
  // int32_t wake_index(const char *name);
  wake_index: { parameters: ["buffer"], result: "i32" },
  // struct load *load_start(int32_t threads, int32_t *error);
  load_start: { parameters: ["i32", "buffer"], result: "pointer" },
  // void load_stop(struct load *load);
  load_stop: { parameters: ["pointer"], result: "void" },
  // int32_t trigger_index(const char *name);
  trigger_index: { parameters: ["buffer"], result: "i32" },
  // int32_t trigger_open(int32_t index, const char *path);
  trigger_open: { parameters: ["i32", "buffer"], result: "i32" },
  // int32_t trigger_latest(int32_t index, int32_t fd, int64_t latest[2]);
  trigger_latest: { parameters: ["i32", "i32", "buffer"], result: "i32" },
  // const char *clock_step_counter(void);
  clock_step_counter: { parameters: [], result: "pointer" },
  // int64_t clock_now(int32_t clock);
  clock_now: { parameters: ["i32"], result: "i64" },
  // void clock_pairs(int64_t out[5]);
  clock_pairs: { parameters: ["buffer"], result: "void" },
  // void host_pair(int64_t out[3]);
  host_pair: { parameters: ["buffer"], result: "void" },
  // int32_t directory_entries(const char *path, char *out, uint32_t size);
  directory_entries: { parameters: ["buffer", "buffer", "u32"], result: "i32" },
  // int32_t clock_reads_entering_kernel(int32_t reads);
  clock_reads_entering_kernel: { parameters: ["i32"], result: "i32" },
  // void *libbpf_log_function(void);
  libbpf_log_function: { parameters: [], result: "pointer" },
  // uint32_t libbpf_log_take(char *out, uint32_t size);
  libbpf_log_take: { parameters: ["buffer", "u32"], result: "u32" },
  // void *record_sink_function(void);
  record_sink_function: { parameters: [], result: "pointer" },
  // int32_t bpf_empty_call(void);
  bpf_empty_call: { parameters: [], result: "i32" },
  // int program_counts(int program_fd, struct program_counts *counts);
  program_counts: { parameters: ["i32", "buffer"], result: "i32" },
  // int program_statistics_open(void);
  program_statistics_open: { parameters: [], result: "i32" },
  // int kprobe_at_address(int program_fd, uint64_t address, int32_t is_return);
  kprobe_at_address: { parameters: ["i32", "u64", "i32"], result: "i32" },
  // void close_descriptor(int fd);
  close_descriptor: { parameters: ["i32"], result: "void" },
} as const satisfies Deno.ForeignLibraryInterface;

export type NativeLibrary = Deno.DynamicLibrary<typeof symbols>;

/** Opens libtarget.so from its bytes. */
export function openNativeLibrary(bytes: Uint8Array<ArrayBuffer>): NativeLibrary {
  return Deno.dlopen(memfdPath("libtarget.so", bytes), symbols);
}
