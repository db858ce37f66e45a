/**
 * A headless Chromium that opens a page of this machine: what it reports about the page, and the page on
 * paper.
 */

import { capture } from "../../build/process/command.ts";
import { TEST_PACKAGES } from "../../build/tasks/setup.ts";

const [{ name: CHROMIUM }] = TEST_PACKAGES;

/** A page in a window of some width. */
export interface Seen {
  /** CSS pixels. */
  readonly width: number;
  /** More than `width` means that the page must be scrolled sideways. */
  readonly scrollWidth: number;
  readonly title: string;
  /** Drawings that a reader can see. */
  readonly drawings: number;
  /** Names of everything that the page fetched. */
  readonly fetched: readonly string[];
  /** Pairs of labels in one drawing that overlap. */
  readonly overlaps: readonly string[];
}

export interface Visit {
  readonly seen: readonly Seen[];
  /** Lines in the page's console: errors, and what its policy forbade. */
  readonly console: readonly string[];
}

/** Examines the frames from the page that contains them, and leaves a list of Seen as that page's text. */
const LOOK = Deno.readTextFileSync(new URL("look.js", import.meta.url));

function attribute(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
}

/** Opens a page in frames of the given widths. @throws CommandFailed without chromium */
export async function visit(page: string, widths: readonly number[]): Promise<Visit> {
  // Frames, because a window of headless Chromium is never narrower than 500 pixels.
  const frames = widths.map((width) =>
    `<iframe width="${width}" height="900" style="border:0" srcdoc="${attribute(page)}"></iframe>`
  );
  const holder = `<!DOCTYPE html><meta charset="utf-8"><body>${frames.join("")}<script>${LOOK}</script>`;
  const { stdout, stderr } = await chromium(["--enable-logging=stderr", "--dump-dom"], holder);
  const found = /<body>(\[.*\])<\/body>/s.exec(stdout)?.[1];
  if (found === undefined) {
    throw new TypeError(`Chromium showed no answer: ${stdout.slice(0, 500)}\n${stderr}`);
  }
  const text = found.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&nbsp;", " ").replaceAll(
    "&amp;",
    "&",
  );
  return { seen: JSON.parse(text), console: stderr.split("\n").filter((line) => line.includes(":CONSOLE")) };
}

/** A page with scripts, after their initial work: its elements, and the lines in its console. */
export async function opened(page: string): Promise<{ readonly dom: string; readonly console: string[] }> {
  // Chromium's own time, which waits for pending loads.
  const args = ["--enable-logging=stderr", "--virtual-time-budget=10000", "--dump-dom"];
  const { stdout, stderr } = await chromium(args, page);
  return { dom: stdout, console: stderr.split("\n").filter((line) => line.includes(":CONSOLE")) };
}

/** How many sheets of paper the page takes. */
export async function printedPages(page: string): Promise<number> {
  const pdf = await Deno.makeTempFile({ prefix: "probe-page-", suffix: ".pdf" });
  try {
    await chromium(["--no-pdf-header-footer", `--print-to-pdf=${pdf}`], page);
    const text = new TextDecoder("latin1").decode(await Deno.readFile(pdf));
    return [...text.matchAll(/\/Type\s*\/Page\b/g)].length;
  } finally {
    await Deno.remove(pdf);
  }
}

async function chromium(args: readonly string[], page: string) {
  const folder = await Deno.makeTempDir({ prefix: "probe-browser-" });
  try {
    const path = `${folder}/page.html`;
    await Deno.writeTextFile(path, page);
    return await capture([
      CHROMIUM,
      "--headless",
      // Root, as in CI, has no sandbox; the page is our own.
      "--no-sandbox",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--disable-background-networking",
      `--user-data-dir=${folder}/profile`,
      ...args,
      `file://${path}`,
    ], { env: { HOME: folder, TMPDIR: folder } });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
