import { AppError, messageOf } from "../../../lib/app-error.ts";
import type { Clock } from "../../../lib/clock.ts";
import { connectToMcp, type McpConnection, type McpLimits, type McpTarget } from "../../../outbound/mcp-connection.ts";
import { outboundFaultKind } from "../../../outbound/outbound.errors.ts";
import { hashTool, type PinnedTool } from "../../declared/mcp-pin.ts";
import { systemAway, systemFault } from "../../tools.errors.ts";

/**
 * One MCP server for all calls of this process: connected when first needed, kept, connected again after it went away.
 *
 * Before a call that changes something the server's list is read again; before one that reads, when it said that the list has
 * changed or nobody has looked for half a minute. A tool that is not as it was pinned is not called.
 *
 * Throws: `tools.system_away` (no answer, gone mid-call, 429, 5xx, given up); `tools.system_fault` (refused, changed, too large). What a
 * call hides (`mask`) stands in neither.
 */
export type McpLink = AsyncDisposable & { call(tool: PinnedTool, params: Readonly<Record<string, unknown>>, options: { isReading: boolean; limits: McpLimits }): Promise<Record<string, unknown>> };

/** `source`: what `baton tools import` is told to look again. `target` reads secrets; it is asked for each connection. */
export type McpLinkSettings = { name: string; importAgain: string; maxBytes: number; target(): Promise<McpTarget>; mask(text: string): string; clock: Clock };

/** `hashes`: of the server's tools by name; null: they have to be looked at. `listing`: is being looked at. */
type Live = { connection: McpConnection; hashes: ReadonlyMap<string, string> | null; listedAtMs: number; changes: number };

const CONNECT_MS = 20_000;
const LIST_MS = 20_000;
const LOOK_AGAIN_MS = 30_000;
const RESUMES = 2;

export function createMcpLink(settings: McpLinkSettings): McpLink {
  const closing = new AbortController();
  let current: Promise<Live> | null = null;
  const connected = async (): Promise<Live> => {
    const known = current;
    if (known !== null) {
      const live = await known;
      if (live.connection.isOpen()) return live;
      await leave(known, live);
    }
    return (current ??= connect(settings, closing.signal).catch((error: unknown) => {
      current = null;
      throw error;
    }));
  };
  const leave = async (of: Promise<Live>, live: Live) => {
    if (current === of) current = null;
    await live.connection[Symbol.asyncDispose]();
  };
  return {
    async call(tool, params, { isReading, limits }) {
      for (let isAgain = false; ; isAgain = true) {
        let live: Live | null = null;
        try {
          if (closing.signal.aborted) throw systemAway({ message: "Baton is stopping." });
          live = await inTime(connected(), limits.signal);
          await inTime(assureUnchanged(settings, live, tool, isReading), limits.signal);
          return await live.connection.request("tools/call", params, limits);
        } catch (error) {
          const held = current;
          if (live !== null && held !== null && (isSessionGone(error) || codeOf(error) === BAD_REQUEST || !live.connection.isOpen()) && (await held.catch(() => null)) === live) await leave(held, live);
          // The server says that it knows this session no more, so it has not looked at the call.
          if (isSessionGone(error) && !isAgain && live !== null) continue;
          throw toToolError(error, settings, limits.signal);
        }
      }
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
      const live = await current?.catch(() => null);
      current = null;
      await live?.connection[Symbol.asyncDispose]();
    },
  };
}

/** For all who wait for it, so one who gives up does not end it. */
async function connect(settings: McpLinkSettings, signal: AbortSignal): Promise<Live> {
  const made: { live: Live | null } = { live: null };
  const onToolsChanged = () => {
    if (made.live === null) return;
    made.live.hashes = null;
    made.live.changes += 1;
  };
  const connection = await connectToMcp(await settings.target(), { client: { name: "baton", version: "1.0.0" }, maxBytes: settings.maxBytes, resumes: RESUMES, onToolsChanged }, { signal, timeoutMs: CONNECT_MS });
  return (made.live = { connection, hashes: null, listedAtMs: 0, changes: 0 });
}

async function assureUnchanged(settings: McpLinkSettings, live: Live, tool: PinnedTool, isReading: boolean): Promise<void> {
  const isFresh = live.hashes !== null && isReading && settings.clock.nowMs() - live.listedAtMs < LOOK_AGAIN_MS;
  if (!isFresh) {
    const seen = live.changes;
    const listed = await live.connection.listTools({ signal: new AbortController().signal, timeoutMs: LIST_MS });
    const hashes = new Map(listed.map((each) => [each.name, hashTool(each)]));
    // One that has changed while it was read is read again by the next call.
    live.hashes = live.changes === seen ? hashes : null;
    live.listedAtMs = settings.clock.nowMs();
    assurePinned(settings, hashes, tool);
    return;
  }
  assurePinned(settings, live.hashes ?? new Map<string, string>(), tool);
}

function assurePinned({ name, importAgain }: McpLinkSettings, hashes: ReadonlyMap<string, string>, tool: PinnedTool): void {
  const found = hashes.get(tool.name);
  if (found === undefined) throw systemFault({ message: `The MCP server "${name}" no longer has the tool "${tool.name}". See what it has: ${importAgain}` });
  if (found !== tool.hash) throw systemFault({ message: `The MCP server "${name}" has changed "${tool.name}" since it was imported, so it is not called. Look at what has changed, and pin it: ${importAgain}` });
}

/** The server has no such session: it was started anew, or has forgotten it. */
function isSessionGone(error: unknown): boolean {
  return codeOf(error) === NOT_FOUND;
}

/** HTTP's status, or the protocol's own number (negative). */
function codeOf(error: unknown): unknown {
  return error instanceof Error && !(error instanceof AppError) && "code" in error ? error.code : undefined;
}

const NOT_FOUND = 404;
/** What some servers answer to a session that they do not know; or the call was wrong. */
const BAD_REQUEST = 400;
const CONNECTION_CLOSED = -32_000;
const REQUEST_TIMEOUT = -32_001;

function toToolError(error: unknown, { name, mask }: McpLinkSettings, signal: AbortSignal): AppError {
  // What is away in our own house is said as it is: then nothing could be recorded, and the call waits.
  if (error instanceof AppError && (error.code.startsWith("tools.") || (error.isRetryable && !error.code.startsWith("outbound.")))) return error;
  if (signal.aborted) return systemAway({ message: "The call was given up.", cause: error });
  const said = mask(messageOf(error).slice(0, 300));
  if (error instanceof AppError) {
    const kind = outboundFaultKind(error);
    const isAway = kind === "timeout" || (kind === "communication" && error.status === 500) || error.isRetryable;
    return isAway ? systemAway({ message: said, cause: error }) : systemFault({ message: said, cause: error });
  }
  const code = codeOf(error);
  if (typeof code !== "number" || code === CONNECTION_CLOSED || code === REQUEST_TIMEOUT) return systemAway({ message: `The MCP server "${name}" does not answer: ${said}`, cause: error });
  if (code === 408 || code === 429 || code >= 500) return systemAway({ message: `The MCP server "${name}" answered ${code}.`, cause: error });
  return systemFault({ message: `The MCP server "${name}" did not take the call: ${said}`, cause: error });
}

/** Waits no longer than its caller; what is waited for goes on for the others. */
async function inTime<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) throw systemAway({ message: "The call was given up." });
  let stop: (() => void) | null = null;
  const ended = new Promise<never>((_, reject) => {
    stop = () => reject(systemAway({ message: "The call was given up." }));
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([work, ended]);
  } finally {
    if (stop !== null) signal.removeEventListener("abort", stop);
  }
}
