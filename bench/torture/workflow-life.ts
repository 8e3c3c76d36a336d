import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";

/** The interpreter's process, started again whenever it ends. */
export type KeptEndpoint = { /** `kill -9`; resolves when the next life serves. */ kill(): Promise<void>; stop(): void };

export async function keepEndpoint(args: readonly string[]): Promise<KeptEndpoint> {
  const state = { isStopping: false, current: await begin(args) };
  process.on("exit", () => state.current.kill("SIGKILL"));
  return {
    async kill() {
      const ended = new Promise<void>((resolve) => state.current.once("exit", () => resolve()));
      state.current.kill("SIGKILL");
      await ended;
      while (!state.isStopping) {
        try {
          state.current = await begin(args);
          return;
        } catch {
          // The engine or the database is down as well; the next try may find them.
          await new Promise((resolve) => setTimeout(resolve, 200));
        }
      }
    },
    stop() {
      state.isStopping = true;
      state.current.kill("SIGKILL");
    },
  };
}

async function begin(args: readonly string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, [...process.execArgv, join(import.meta.dirname, "workflow-endpoint.ts"), ...args], { stdio: ["ignore", "pipe", process.env["TORTURE_OUTPUT"] === undefined ? "ignore" : "inherit"] });
  await new Promise<void>((resolve, reject) => {
    child.stdout.once("data", () => resolve());
    child.once("exit", (code) => reject(new Error(`the interpreter ended with code ${code}`)));
  });
  return child;
}
