import { Session } from "node:inspector/promises";
import { writeFileSync } from "node:fs";
const s = new Session(); s.connect();
setTimeout(async () => { await s.post("Profiler.enable"); await s.post("Profiler.setSamplingInterval", { interval: 500 }); await s.post("Profiler.start");
 setTimeout(async () => { const { profile } = await s.post("Profiler.stop"); writeFileSync("/tmp/prof.json", JSON.stringify(profile)); }, 6000); }, 12000);
await import("./interpreter-endpoint.ts");
