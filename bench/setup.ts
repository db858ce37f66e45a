/** What only the benchmarks need, to compare with: installed when they run. */

import { installPackages, type Need, orExplain, setup } from "../build/tasks/setup.ts";

const PACKAGES: readonly Need[] = [
  { name: "python3-pandas", why: "reads result files, beside probe compare" },
  { name: "python3-scipy", why: "the tests of probe compare, beside it" },
  { name: "r-base-core", why: "the shift of two samples by wilcox.test, beside ours" },
  { name: "bpftrace", why: "has the same hooks and filter as the probes, beside them" },
];

if (import.meta.main) {
  await orExplain(async () => {
    await setup();
    await installPackages(PACKAGES);
  });
}
