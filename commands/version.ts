/** `probe version`. */

import { EXIT, type ExitCode } from "../analysis/failure.ts";
import project from "../deno.json" with { type: "json" };

export function versionCommand(write: (text: string) => void): ExitCode {
  write(`probe ${project.version}\n`);
  return EXIT.done;
}
