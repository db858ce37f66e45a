/** The column of the read below all others. Files of older programs end before it. */

import { type Column, TIME } from "./column.ts";

export const READ_COLUMNS = [
  {
    name: "clocksource_read_ns",
    ...TIME,
    from: "record",
    functions: true,
    occasional: "tkread",
    doc:
      "first run of the clocksource's own read callback while the target is current, where it can be hooked",
  },
] as const satisfies readonly Column[];
