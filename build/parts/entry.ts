/** Where the bundle begins. It exports nothing and knows no `import.meta`: see `evaluating()`. */

import { start } from "../../main.ts";

await start();
