import { createRequire } from "node:module";
import { type MessagePort, workerData } from "node:worker_threads";

// The thread in which jq runs. It may be stopped at any moment: it holds nothing but the engine.

type Jq = { raw(json: string, filter: string, flags: string[]): string | undefined };
type Data = { signal: Int32Array; port: MessagePort; maxBytes: number };

const PAGE_BYTES = 65_536;

const { signal, port, maxBytes } = dataOf(workerData);
limitMemory(maxBytes);
for (const level of ["warn", "error"] as const) console[level] = () => {};
const require = createRequire(import.meta.url);
const jq = jqOf(await require("jq-web"));
// The first run reads jq's own library; nobody should wait for it.
jq.raw("null", ".", ["-c"]);
port.on("message", (request: { filter: string; json: string }) => {
  port.postMessage(run(request), []);
  done(2);
});
done(1);

function run({ filter, json }: { filter: string; json: string }): { text: string | null; error: string | null; isBroken: boolean } {
  try {
    return { text: jq.raw(json, filter, ["-c"]) ?? null, error: null, isBroken: false };
  } catch (error) {
    const stderr = typeof error === "object" && error !== null && "stderr" in error && typeof error.stderr === "string" ? error.stderr : null;
    // Anything but an exit of jq (out of memory, out of stack) may have left the engine in pieces.
    const isExit = typeof error === "object" && error !== null && "exitCode" in error;
    return { text: null, error: isExit ? (stderr ?? "jq failed") : `it needs more memory than ${Math.round(maxBytes / 1_000_000)} MB, or is nested too deeply`, isBroken: !isExit };
  }
}

/** 1: ready. 2: answered. The other side waits for the change. */
function done(state: 1 | 2): void {
  Atomics.store(signal, 0, state);
  Atomics.notify(signal, 0);
}

/** The engine asks for its memory here; without a limit a filter that grows for ever takes the whole process with it. */
function limitMemory(bytes: number): void {
  const memory = memberOf(memberOf(memberOf(globalThis, "WebAssembly"), "Memory"), "prototype");
  const grow = memberOf(memory, "grow");
  if (typeof grow !== "function") throw new TypeError("WebAssembly.Memory cannot grow here");
  Reflect.set(memory, "grow", function growWithin(this: { buffer: ArrayBufferLike }, pages: number): unknown {
    if (this.buffer.byteLength + pages * PAGE_BYTES > bytes) throw new RangeError("no more memory");
    return Reflect.apply(grow, this, [pages]);
  });
}

function memberOf(owner: object, name: string): object {
  const value: unknown = Reflect.get(owner, name);
  if ((typeof value !== "object" && typeof value !== "function") || value === null) throw new TypeError(`there is no ${name}`);
  return value;
}

function dataOf(value: unknown): Data {
  if (!isData(value)) throw new TypeError("this file is the thread of jq-engine.ts");
  return value;
}

function isData(value: unknown): value is Data {
  return typeof value === "object" && value !== null && "signal" in value && "port" in value && "maxBytes" in value;
}

function jqOf(value: unknown): Jq {
  if (!isJq(value)) throw new TypeError("jq-web has another shape than expected");
  return value;
}

function isJq(value: unknown): value is Jq {
  return typeof value === "object" && value !== null && "raw" in value && typeof value.raw === "function";
}
