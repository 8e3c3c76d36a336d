import { spawn, type SpawnOptions } from "node:child_process";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A server that a test has started for itself; gone with it. `output` is what it has written so far. */
export type TestChild = AsyncDisposable & { output(): string };

/** Starts a server and waits until `isReady` no longer throws, at most a minute. Throws what it last threw, with the end of the server's output. */
export async function startChild(command: string, args: readonly string[], options: SpawnOptions, isReady: () => Promise<unknown>): Promise<TestChild> {
  const server = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  let hasEnded = false;
  for (const stream of [server.stdout, server.stderr]) stream?.setEncoding("utf8").on("data", (text: string) => (output = (output + text).slice(-20_000)));
  const gone = new Promise<void>((resolve) => {
    const end = () => {
      hasEnded = true;
      resolve();
    };
    server.once("exit", end).once("error", end);
  });
  const stop = async () => {
    server.kill("SIGTERM");
    await gone;
  };
  for (const from = performance.now(); ; await sleep(50)) {
    try {
      await isReady();
      return { output: () => output, [Symbol.asyncDispose]: stop };
    } catch (error) {
      if (!hasEnded && performance.now() - from < 60_000) continue;
      await stop();
      throw new Error(`${command} did not start:\n${output.slice(-2_000)}`, { cause: error });
    }
  }
}

/** Runs a command to its end and gives its output. Throws when it fails. */
export function runCommand(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    let errors = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
    child.once("error", reject);
    child.once("close", (code) => (code === 0 ? resolve(output) : reject(new Error(`${command} ended with ${code}: ${(errors || output).slice(-2_000)}`))));
  });
}

/** A port nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => (address === null || typeof address === "string" ? reject(new Error("no port")) : resolve(address.port)));
    });
  });
}
