/** Writes anew what the calls of cases.ts print. */

import { answerTo, CASES, doctors, EXPECTED } from "./cases.ts";

for (const one of CASES) Deno.writeTextFileSync(`${EXPECTED}/${one.name}`, await answerTo(one));
for (const [name, text] of doctors()) Deno.writeTextFileSync(`${EXPECTED}/${name}`, text);
