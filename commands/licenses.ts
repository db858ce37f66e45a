/** `probe licenses`. */

import { EXIT, type ExitCode } from "../analysis/failure.ts";
import notices from "../build/out/notices.txt" with { type: "text" };

/** Prints the notices that build/parts/notices.ts gathered. */
export function licensesCommand(print: (text: string) => void): ExitCode {
  print(notices);
  return EXIT.done;
}
