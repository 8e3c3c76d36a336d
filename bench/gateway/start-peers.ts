import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findFreePort } from "../baton-process.ts";

export type Peer = AsyncDisposable & { pid: number; url: string };

const FOLDER = join(import.meta.dirname, "..", "peers", "node_modules", "@portkey-ai", "gateway");

/** The scripted model in a process of its own. */
export async function startModel(): Promise<Peer> {
  const child = spawn(process.execPath, [...process.execArgv, join(import.meta.dirname, "serve-model.ts")], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(child.stdout, "data")).map(String);
  return peerOf(child, `http://127.0.0.1:${Number(line)}/v1`);
}

/**
 * With the Hono that its lock allows today, Portkey 1.15.2 appends to the head of an answer of `fetch`, which nobody may, and answers every
 * stream by 500. An answer whose head is its own mends that, for some microseconds.
 */
const OWN_HEADERS = "const Native = Response; const plain = fetch; globalThis.fetch = async (...given) => { const made = await plain(...given); return new Native(made.body, { status: made.status, headers: made.headers }); };";

/** Portkey's gateway as its documentation starts it, without its console. */
export async function startPortkey(): Promise<Peer> {
  const port = await findFreePort();
  const child = spawn(process.execPath, ["--import", `data:text/javascript,${encodeURIComponent(OWN_HEADERS)}`, join(FOLDER, "build", "start-server.js"), "--headless", `--port=${port}`], { stdio: "ignore", env: process.env });
  const url = `http://127.0.0.1:${port}/v1`;
  for (let tries = 0; tries < 100; tries += 1) {
    if (child.exitCode !== null) throw new Error("Portkey does not start: run npm ci in bench/peers");
    if (await fetch(`http://127.0.0.1:${port}/`).then(() => true, () => false)) return peerOf(child, url);
    await sleep(100);
  }
  throw new Error("Portkey does not answer");
}

function peerOf(child: ChildProcess, url: string): Peer {
  const stop = () => void child.kill("SIGTERM");
  process.on("exit", stop);
  return {
    pid: child.pid ?? -1, url,
    async [Symbol.asyncDispose]() {
      process.off("exit", stop);
      const ended = once(child, "exit");
      if (child.exitCode === null && child.kill("SIGKILL")) await ended;
    },
  };
}
