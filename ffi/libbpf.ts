/** The symbols of libbpf used here (libbpf 1.1 and later), and libbpf itself, opened from bytes. */

import { memfdPath } from "./memfd.ts";

const symbols = {
  // libbpf_print_fn_t libbpf_set_print(libbpf_print_fn_t fn);
  libbpf_set_print: { parameters: ["pointer"], result: "pointer" },
  // long libbpf_get_error(const void *ptr); with NULL it returns -errno of the previous call
  libbpf_get_error: { parameters: ["pointer"], result: "i64" },
  // struct bpf_object *bpf_object__open_mem(const void *buf, size_t size, const struct bpf_object_open_opts *opts);
  bpf_object__open_mem: { parameters: ["buffer", "usize", "buffer"], result: "pointer" },
  // int bpf_object__load(struct bpf_object *obj);
  bpf_object__load: { parameters: ["pointer"], result: "i32" },
  // void bpf_object__close(struct bpf_object *obj);
  bpf_object__close: { parameters: ["pointer"], result: "void" },
  // struct bpf_program *bpf_object__find_program_by_name(const struct bpf_object *obj, const char *name);
  bpf_object__find_program_by_name: { parameters: ["pointer", "buffer"], result: "pointer" },
  // struct bpf_map *bpf_object__find_map_by_name(const struct bpf_object *obj, const char *name);
  bpf_object__find_map_by_name: { parameters: ["pointer", "buffer"], result: "pointer" },
  // int bpf_map__fd(const struct bpf_map *map);
  bpf_map__fd: { parameters: ["pointer"], result: "i32" },
  // void *bpf_map__initial_value(struct bpf_map *map, size_t *psize); only before the load
  bpf_map__initial_value: { parameters: ["pointer", "buffer"], result: "pointer" },
  // int bpf_map__set_max_entries(struct bpf_map *map, __u32 max_entries); only before the load
  bpf_map__set_max_entries: { parameters: ["pointer", "u32"], result: "i32" },
  // int bpf_program__set_autoload(struct bpf_program *prog, bool autoload);
  bpf_program__set_autoload: { parameters: ["pointer", "bool"], result: "i32" },
  // int bpf_program__fd(const struct bpf_program *prog);
  bpf_program__fd: { parameters: ["pointer"], result: "i32" },
  // struct bpf_link *bpf_program__attach(const struct bpf_program *prog);
  bpf_program__attach: { parameters: ["pointer"], result: "pointer" },
  // int bpf_link__destroy(struct bpf_link *link);
  bpf_link__destroy: { parameters: ["pointer"], result: "i32" },
  // int bpf_map_lookup_elem(int fd, const void *key, void *value);
  bpf_map_lookup_elem: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  // int bpf_map_lookup_batch(int fd, void *in_batch, void *out_batch, void *keys, void *values, __u32 *count, const struct bpf_map_batch_opts *opts);
  bpf_map_lookup_batch: {
    parameters: ["i32", "buffer", "buffer", "buffer", "buffer", "buffer", "pointer"],
    result: "i32",
  },
  // int bpf_map_update_elem(int fd, const void *key, const void *value, __u64 flags);
  bpf_map_update_elem: { parameters: ["i32", "buffer", "buffer", "u64"], result: "i32" },
  // struct ring_buffer *ring_buffer__new(int map_fd, ring_buffer_sample_fn sample_cb, void *ctx, const struct ring_buffer_opts *opts);
  ring_buffer__new: { parameters: ["i32", "pointer", "buffer", "pointer"], result: "pointer" },
  // int ring_buffer__consume(struct ring_buffer *rb);
  ring_buffer__consume: { parameters: ["pointer"], result: "i32" },
  // void ring_buffer__free(struct ring_buffer *rb);
  ring_buffer__free: { parameters: ["pointer"], result: "void" },
  // struct btf *btf__load_vmlinux_btf(void);
  btf__load_vmlinux_btf: { parameters: [], result: "pointer" },
  // struct btf *btf__parse(const char *path, struct btf_ext **btf_ext); BTF alone, or an ELF file with it
  btf__parse: { parameters: ["buffer", "pointer"], result: "pointer" },
  // __s64 btf__resolve_size(const struct btf *btf, __u32 type_id);
  btf__resolve_size: { parameters: ["pointer", "u32"], result: "i64" },
  // __s32 btf__find_by_name_kind(const struct btf *btf, const char *type_name, __u32 kind);
  btf__find_by_name_kind: { parameters: ["pointer", "buffer", "u32"], result: "i32" },
  // const struct btf_type *btf__type_by_id(const struct btf *btf, __u32 id);
  btf__type_by_id: { parameters: ["pointer", "u32"], result: "pointer" },
  // const char *btf__name_by_offset(const struct btf *btf, __u32 offset);
  btf__name_by_offset: { parameters: ["pointer", "u32"], result: "pointer" },
  // void btf__free(struct btf *btf);
  btf__free: { parameters: ["pointer"], result: "void" },
} as const satisfies Deno.ForeignLibraryInterface;

export type Libbpf = Deno.DynamicLibrary<typeof symbols>;

export interface SharedLibrary {
  /** SONAME. */
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Opens libbpf and what it needs from bytes. For a needed library, glibc uses an already loaded one with the
 * same SONAME. So opening them in order, each from any path, works without anything installed.
 *
 * The libraries that libbpf needs stay open until the process ends, because libbpf stays bound to them.
 *
 * @param libraries libbpf last, after the libraries it needs beyond glibc
 */
export function openLibbpf(libraries: readonly SharedLibrary[]): Libbpf {
  const libbpf = libraries.at(-1);
  if (libbpf === undefined) throw new RangeError("libbpf must be among the libraries, got none");
  for (const { name, bytes } of libraries.slice(0, -1)) Deno.dlopen(memfdPath(name, bytes), {});
  return Deno.dlopen(memfdPath(libbpf.name, libbpf.bytes), symbols);
}
