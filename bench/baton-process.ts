import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";

export type BatonOptions = { dataFolder: string; port: number; env?: Record<string, string>; nodeArguments?: readonly string[] };

/** One life of the server, as `npm start` runs it: `src/main.ts` in a process of its own, its servers below it. */
export type BatonProcess = {
  pid: number;
  url: string;
  /** The code or signal it ended with; never rejects. */
  ended: Promise<string>;
  hasEnded(): boolean;
  /** Resolves when it answers, or with false when it ended before. */
  ready(): Promise<boolean>;
  kill(signal: NodeJS.Signals): void;
};

const ROOT = join(import.meta.dirname, "..");
const POLL_MS = 25;
const note = z.object({ pid: z.number(), url: z.string(), databaseUrl: z.string() });
const ports = z.object({ ingress: z.number(), admin: z.number() });
const child = z.object({ pid: z.number() });

/** Starts the server; its output goes to `output.log` in the data folder, one life after the other. */
export function startBaton(options: BatonOptions): BatonProcess {
  const output = openSync(join(options.dataFolder, "output.log"), "a");
  // The flags of this process (module hooks, warnings) hold for the server too.
  const process_ = spawn(process.execPath, [...process.execArgv, ...(options.nodeArguments ?? []), "src/main.ts"], {
    cwd: ROOT, stdio: ["ignore", output, output],
    env: { ...process.env, BATON_LOG: "warn", ...options.env, BATON_DATA: options.dataFolder, BATON_PORT: String(options.port) },
  });
  closeSync(output);
  const url = `http://127.0.0.1:${options.port}`;
  const state = { hasEnded: false };
  const stopWithUs = () => void process_.kill("SIGTERM");
  process.on("exit", stopWithUs);
  const ended = endOf(process_).then((reason) => {
    state.hasEnded = true;
    process.off("exit", stopWithUs);
    return reason;
  });
  return {
    pid: process_.pid ?? -1, url, ended, hasEnded: () => state.hasEnded,
    async ready() {
      while (!state.hasEnded) {
        if (await isHealthy(url)) return true;
        await Promise.race([ended, sleep(POLL_MS)]);
      }
      return false;
    },
    kill: (signal) => void process_.kill(signal),
  };
}

function endOf(started: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    started.once("error", (error) => resolve(error.message));
    started.once("exit", (code, signal) => resolve(signal ?? `code ${code}`));
  });
}

/** Whether database and engine answer, by the server's own word. */
export async function isHealthy(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/api/health`, { signal: AbortSignal.timeout(2_000) });
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    return false;
  }
}

/** As its owner role, which row-level security binds; and as the superuser, which sees everything. */
export async function readDatabaseUrls(dataFolder: string): Promise<{ owner: string; superuser: string }> {
  const { databaseUrl } = note.parse(JSON.parse(await readFile(join(dataFolder, "baton.json"), "utf8")));
  return { owner: databaseUrl, superuser: superuserUrlOf(databaseUrl) };
}

/** The same database, for the superuser of its server. */
export function superuserUrlOf(ownerUrl: string): string {
  return ownerUrl.replace("user=baton", "user=postgres");
}

export async function readRestateUrls(dataFolder: string): Promise<{ ingress: string; admin: string }> {
  const noted = ports.parse(JSON.parse(await readFile(join(dataFolder, "run", "restate-ports.json"), "utf8")));
  return { ingress: `http://127.0.0.1:${noted.ingress}`, admin: `http://127.0.0.1:${noted.admin}` };
}

/** The pid of a child server; null between two lives of it. */
export async function readChildPid(dataFolder: string, name: "postgres" | "restate"): Promise<number | null> {
  try {
    return child.parse(JSON.parse(await readFile(join(dataFolder, "run", `${name}.child.json`), "utf8"))).pid;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

/** A free loopback port, chosen once so that the server keeps its address over restarts. */
export async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}
