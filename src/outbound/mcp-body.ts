import { outboundFault } from "./outbound.errors.ts";

const EVENT_END = /\r\n\r\n|\n\n|\r\r/;
/** From the end of a stream until its last message has reached whoever asked. */
const LAST_WORDS_MS = 250;
const EVENT_ID = /(?:^|[\r\n])id:/;

/** Whatever a library takes in place of the platform's `fetch`. */
export type McpFetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

/** Puts headers on every request, read anew for each: what they hold may change at any time. */
export function withHeaders(send: McpFetch, headersOf: () => Promise<Readonly<Record<string, string>>>): McpFetch {
  return async (url, init) => {
    const headers = new Headers(init?.headers);
    for (const [name, value] of Object.entries(await headersOf())) headers.set(name, value);
    return send(url, { ...init, headers });
  };
}

/**
 * The same answer, whose body ends in `outbound.communication` when one message of it grows beyond `maxBytes`: of a stream of events
 * each event, of anything else the whole.
 *
 * `onLost` hears when a stream of events has ended that cannot be gone on with: without an id of an event there is nothing to ask for
 * again, and nobody else would tell who waits for its answer. Who has got it already need not listen.
 */
export function limitMessages(answer: Response, maxBytes: number, onLost: (error: unknown) => void): Response {
  if (answer.body === null) return answer;
  const isEvents = answer.headers.get("content-type")?.trimStart().toLowerCase().startsWith("text/event-stream") === true;
  const reader = answer.body.getReader();
  let size = 0;
  let tail = "";
  let hasId = false;
  const count = (part: Uint8Array) => {
    size += part.byteLength;
    if (isEvents) {
      const text = tail + Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString("latin1");
      hasId ||= EVENT_ID.test(text);
      const rest = text.split(EVENT_END).at(-1) ?? "";
      if (rest.length < text.length) size = rest.length;
      tail = text.slice(-4);
    }
    if (size > maxBytes) throw outboundFault("communication", { detail: `An answer of the MCP server is larger than ${Math.floor(maxBytes / 1024)} kB.`, title: "Too large", status: 502 });
  };
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) {
          // What came last is still being read.
          if (isEvents && !hasId) setTimeout(onLost, LAST_WORDS_MS, outboundFault("communication", { detail: "The MCP server ended its answer before it was complete." })).unref();
          return controller.close();
        }
        count(value);
        controller.enqueue(value);
      } catch (error) {
        if (isEvents && (!hasId || size > maxBytes)) onLost(error);
        await reader.cancel().catch(() => undefined);
        throw error;
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return new Response(body, { status: answer.status, statusText: answer.statusText, headers: answer.headers });
}
