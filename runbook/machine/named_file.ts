/** A file that a user named: what the system says of it, in words. */

import { EXIT, Failure } from "../../analysis/failure.ts";

/**
 * The system's errors as ones that name the file.
 *
 * @param expected what the path should have been of
 */
export function naming<T>(path: string, expected: string, operation: () => T): T {
  try {
    return operation();
  } catch (error) {
    throw new Failure(
      EXIT.failed,
      `cannot read ${path}: ${whyUnreadable(error)}`,
      remedyFor(error, expected),
      {
        cause: error,
      },
    );
  }
}

/** Why a file could not be read, as the system says it. */
export function whyUnreadable(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  if (error instanceof Deno.errors.IsADirectory) return "it is a folder";
  // The runtime's words name its own flags, which nobody can give here.
  if (error instanceof Deno.errors.NotCapable) {
    return "files below /proc, /sys and /dev cannot be read directly";
  }
  return error instanceof Error ? error.message : String(error);
}

function remedyFor(error: unknown, expected: string): string {
  if (error instanceof Deno.errors.NotCapable) {
    return "copy it elsewhere, or give - and the file on standard input";
  }
  if (error instanceof Deno.errors.PermissionDenied) return "make it readable for this user";
  return `give the path of ${expected}`;
}
