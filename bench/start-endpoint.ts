import { spawn } from "node:child_process";
import { basename } from "node:path";

/** A process that serves handlers; it goes with this one. `stop` is `kill -9`, false when it had ended before; `ended` never rejects. */
export type Endpoint = { ended: Promise<void>; stop(): boolean };

/** Starts a script and waits until it says that it serves. `input` goes to its standard input; `isQuiet` drops what it says of faults. */
export async function startEndpoint(script: string, args: readonly string[], options: { input?: string; isQuiet?: boolean } = {}): Promise<Endpoint> {
  const child = spawn(process.execPath, [...process.execArgv, script, ...args], { stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", options.isQuiet === true ? "ignore" : "inherit"] });
  const stop = () => child.kill("SIGKILL");
  process.on("exit", stop);
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => {
      process.off("exit", stop);
      resolve();
    });
  });
  child.stdin?.end(options.input);
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once("data", () => resolve());
    child.once("exit", (code) => reject(new Error(`${basename(script)} ended with code ${code}`)));
  });
  return { ended, stop };
}
