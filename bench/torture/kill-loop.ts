import { setTimeout as sleep } from "node:timers/promises";
import { isHealthy, readChildPid } from "../baton-process.ts";
import type { KeptServer } from "./keep-running.ts";
import type { Random } from "./random.ts";

export type Victim = "server" | "restate" | "postgres";

/** `recoveryMs`: until all parts answered again; null when the next kill came first. `underWay`: messages not answered at that moment. */
export type Kill = { victim: Victim; atMs: number; underWay: number; recoveryMs: number | null };

export type KillDeps = { server: KeptServer; dataFolder: string; random: Random; underWay: () => number };

const VICTIMS = ["server", "restate", "postgres"] as const;
const RECOVERY_LIMIT_MS = 60_000;
/** Share of kills that hit a recovery instead of normal running. */
const HASTY = 0.15;

/** Kills `count` times at random moments: mostly some milliseconds to seconds after a recovery, sometimes in the midst of one. */
export async function killAtRandom(deps: KillDeps, count: number, onKill: (kill: Kill, done: number) => void): Promise<Kill[]> {
  const { random } = deps;
  const kills: Kill[] = [];
  while (kills.length < count) {
    const kill = await killOne(deps, random.pick(VICTIMS));
    if (kill === null) {
      await sleep(20);
      continue;
    }
    kills.push(kill.kill);
    onKill(kill.kill, kills.length);
    const isHasty = random.chance(HASTY) && kills.length < count;
    if (isHasty) await sleep(random.between(0, 1_500));
    else {
      kill.kill.recoveryMs = await kill.recovered();
      await sleep(random.chance(0.3) ? random.between(0, 150) : random.between(150, 2_500));
    }
  }
  return kills;
}

/** Null when the victim is between two lives. */
async function killOne({ server, dataFolder, underWay }: KillDeps, victim: Victim): Promise<{ kill: Kill; recovered(): Promise<number | null> } | null> {
  const life = server.current();
  const pid = victim === "server" ? life.pid : await readChildPid(dataFolder, victim);
  if (pid === null || life.hasEnded()) return null;
  const kill: Kill = { victim, atMs: Date.now(), underWay: underWay(), recoveryMs: null };
  if (victim === "server") server.kill();
  else if (!killProcess(pid)) return null;
  const isBack = async () => {
    if (victim === "server") return server.current() !== life && isHealthy(server.current().url);
    const now = await readChildPid(dataFolder, victim);
    return now !== null && now !== pid && isHealthy(server.current().url);
  };
  return { kill, recovered: () => waitUntil(isBack, kill.atMs) };
}

/** `kill -9`; false when there is no such process any more. */
export function killProcess(pid: number): boolean {
  try {
    return process.kill(pid, "SIGKILL");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ESRCH") return false;
    throw error;
  }
}

async function waitUntil(isBack: () => Promise<boolean>, fromMs: number): Promise<number> {
  while (!(await isBack())) {
    if (Date.now() - fromMs > RECOVERY_LIMIT_MS) return Infinity;
    await sleep(20);
  }
  return Date.now() - fromMs;
}
