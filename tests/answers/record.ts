/**
 * Writes anew what the calls of cases.ts print. The kept files stay as they are: those of older programs have fewer
 * columns, and are read all the same.
 */

import { answerTo, CASES, EXPECTED, onPaper } from "./cases.ts";

for (const one of CASES) Deno.writeTextFileSync(`${EXPECTED}/${one.name}`, await answerTo(one));
for (const [name, text] of onPaper()) Deno.writeTextFileSync(`${EXPECTED}/${name}`, text);
