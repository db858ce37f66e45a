/**
 * Where members of a kernel struct lie, from the running kernel's BTF: one of the kernel's own dynamic probes
 * needs offsets. Run in a guest: `deno run -A kernel_members.ts task_struct pid comm` prints the offsets in
 * bytes, one per line. Format: Documentation/bpf/btf.rst.
 */

const BTF = "/sys/kernel/btf/vmlinux";
const HEADER = { headerLength: 4, typeOffset: 8, typeLength: 12, stringOffset: 16 };

const INT = 1, ARRAY = 3, STRUCT = 4, UNION = 5, ENUM = 6, FUNC_PROTO = 13, VAR = 14, DATASEC = 15;
const DECL_TAG = 17, ENUM64 = 19;

/** Number of bytes that follow a type of that kind; `members` is its vlen. */
function bytesAfter(kind: number, members: number): number {
  switch (kind) {
    case INT:
    case VAR:
    case DECL_TAG:
      return 4;
    case ARRAY:
      return 12;
    case STRUCT:
    case UNION:
    case DATASEC:
    case ENUM64:
      return 12 * members;
    case ENUM:
    case FUNC_PROTO:
      return 8 * members;
    default:
      return 0;
  }
}

function memberOffsets(bytes: Uint8Array<ArrayBuffer>, struct: string): Map<string, number> {
  const view = new DataView(bytes.buffer);
  const u32 = (at: number) => view.getUint32(at, true);
  const types = u32(HEADER.headerLength) + u32(HEADER.typeOffset);
  const strings = u32(HEADER.headerLength) + u32(HEADER.stringOffset);
  const text = (offset: number) => {
    const from = strings + offset;
    return new TextDecoder().decode(bytes.subarray(from, bytes.indexOf(0, from)));
  };
  for (let at = types; at < types + u32(HEADER.typeLength);) {
    const info = u32(at + 4);
    const [kind, members] = [(info >>> 24) & 0x1f, info & 0xffff];
    if (kind === STRUCT && members > 0 && text(u32(at)) === struct) {
      const found = new Map<string, number>();
      // The upper byte of a bit field's offset is its width; whole members have none.
      for (let i = 0; i < members; i++) {
        found.set(text(u32(at + 12 + 12 * i)), (u32(at + 12 + 12 * i + 8) & 0xffffff) / 8);
      }
      return found;
    }
    at += 12 + bytesAfter(kind, members);
  }
  throw new Error(`the kernel's BTF must have struct ${struct}`);
}

const [struct, ...members] = Deno.args;
const offsets = memberOffsets(Deno.readFileSync(BTF), struct!);
for (const member of members) {
  if (!offsets.has(member)) throw new Error(`struct ${struct} must have a member ${member}`);
  console.log(offsets.get(member));
}
