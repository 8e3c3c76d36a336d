import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { say } from "../report.ts";

/** Brings in what benchmarks run beside Baton; false when it cannot, and says so. */
export function installPeers(folder: string, name: string): boolean {
  if (existsSync(join(folder, "node_modules", name))) return true;
  say(`installing ${name} in ${folder} (once)`);
  const npm = join(dirname(process.execPath), "npm");
  const done = spawnSync(existsSync(npm) ? npm : "npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: folder, encoding: "utf8" });
  if (done.status !== 0) say(`npm ci failed: ${(done.stderr || done.error?.message || "no reason given").trim().split("\n").at(-1)}`);
  return done.status === 0;
}
