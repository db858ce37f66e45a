/** Where the bundle begins. It exports nothing and does not use `import.meta`: see `evaluating()`. */

import { start } from "../../main.ts";

await start();
