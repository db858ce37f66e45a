import assert from "node:assert/strict";
import { howToGet } from "../../../runbook/machine/devices.ts";

Deno.test("on a Raspberry Pi a PPS device comes from an overlay", () => {
  const on = (model: string | null) => (path: string) => path === "/proc/device-tree/model" ? model : null;
  assert.match(howToGet("pps", on("Raspberry Pi 5 Model B Rev 1.0\0")), /dtoverlay=pps-gpio,gpiopin=18/);
  assert.match(howToGet("pps", on("Radxa ROCK 5B")), /ldattach/);
  assert.match(howToGet("pps", on(null)), /ldattach/);
  assert.match(howToGet("rtc", on("Raspberry Pi 5 Model B Rev 1.0\0")), /load its driver/);
});
