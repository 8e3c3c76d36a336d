import { spawn } from "node:child_process";
import { join } from "node:path";

/** A process that serves handlers; it goes with this one. */
export type Endpoint = { pid: number; stop(): void };

/** Starts a script of this folder and waits until it says that it serves. `input` goes to its standard input. */
export async function startEndpoint(script: string, args: readonly string[], input = ""): Promise<Endpoint> {
  const child = spawn(process.execPath, [...process.execArgv, join(import.meta.dirname, script), ...args], { stdio: ["pipe", "pipe", "inherit"] });
  const stop = () => void child.kill("SIGKILL");
  process.on("exit", stop);
  child.stdin.end(input);
  await new Promise<void>((resolve, reject) => {
    child.stdout.once("data", () => resolve());
    child.once("exit", (code) => reject(new Error(`${script} ended with code ${code}`)));
  });
  return { pid: child.pid ?? -1, stop };
}
