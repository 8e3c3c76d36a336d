import { createServer, type IncomingHttpHeaders } from "node:http";
import type { Durable } from "../../durable/durable.ts";
import { systemClock } from "../../lib/clock.ts";
import { createProcessTokens } from "../../credentials/shared-tokens.ts";
import { createAuthentication } from "../../outbound/authentication.ts";
import type { OutsideCall } from "./call-handler.ts";
import { createOutbound } from "../../outbound/outbound.ts";
import { createTargetRule } from "../../outbound/guard-address.ts";

/** What the tests of the calls to the outside share: a peer that records what it hears, and a task that calls it. */
export type Heard = { method: string; url: string; headers: IncomingHttpHeaders; body: string };
export type Answer = { status?: number; headers?: Record<string, string>; body?: string | Uint8Array; delayMs?: number };
export type Peer = AsyncDisposable & { url: string; port: number; heard: Heard[] };

export async function startPeer(answer: (heard: Heard) => Answer): Promise<Peer> {
  const heard: Heard[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (part: string) => (body += part));
    request.on("end", () => {
      const one = { method: request.method ?? "", url: request.url ?? "", headers: request.headers, body };
      heard.push(one);
      const given = answer(one);
      setTimeout(() => response.writeHead(given.status ?? 200, given.headers ?? { "content-type": "application/json" }).end(given.body ?? "{}"), given.delayMs ?? 0);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`, port, heard,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    }),
  };
}

const notHere = () => {
  throw new Error("not part of this test");
};

/** A step that runs at once; nothing else of the engine is used by a call to the outside. */
function inlineDurable(signal: AbortSignal): Durable {
  return { invocationId: "inv_test", step: (_name, work) => work(new AbortController().signal), sleep: notHere, send: notHere, call: notHere, start: notHere, firstOf: notHere, external: notHere, within: notHere, lastStepMs: () => 0, random: () => 0.5, isStopping: () => false, signal };
}

export function makeCall(given: { with: Record<string, unknown>; data?: unknown; authentications?: Record<string, Record<string, unknown>>; secrets?: Record<string, unknown>; signal?: AbortSignal }): OutsideCall {
  return {
    call: {
      durable: inlineDurable(given.signal ?? new AbortController().signal),
      subject: { tenantId: "acme", runId: "run_1", workflow: { namespace: "test", name: "calls", version: "1.0.0", hash: "h" }, conversationId: null, contactId: null, caseId: null, turnId: null, startedBy: "test", eventDepth: 0 },
      task: { name: "callIt", pointer: "/do/0/callIt", iteration: 1 },
      idempotencyKey: "run_1:/do/0/callIt:1", mayHoldModelWords: false, pause: () => Promise.resolve(),
    },
    with: given.with, data: given.data ?? {}, authentications: given.authentications ?? {}, secrets: given.secrets ?? {},
  };
}

/** The parts as compose puts them together, with loopback allowed unless told otherwise. */
export function makeOutside(options: { allowed?: string[]; timeoutMs?: number; maxBytes?: number } = {}) {
  const outbound = createOutbound({ isAllowed: createTargetRule(options.allowed ?? ["127.0.0.0/8"]) });
  const authentication = createAuthentication({ outbound, shared: createProcessTokens({ clock: systemClock }), clock: systemClock });
  return { outbound, authentication, limits: { timeoutMs: options.timeoutMs ?? 5_000, maxBytes: options.maxBytes ?? 100_000 } };
}
