/** The frame of every page: no script, nothing fetched. The page itself forbids what a policy can forbid. */

import { type Markup, markup, type Part } from "./markup.ts";
import { STYLE } from "./style.ts";

const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

/** @param title of the browser's window */
export function htmlDocument(title: Part, content: Part): string {
  return markup`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>probe: ${title}</title>
<style>${literal(STYLE)}</style>
</head>
<body>
<main>
${content}
</main>
</body>
</html>
`.toString();
}

/** Text of this program, without any text of a file. */
export function literal(text: string): Markup {
  return markup([text] as unknown as TemplateStringsArray);
}
