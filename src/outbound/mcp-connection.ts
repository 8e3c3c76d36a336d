import { AsyncLocalStorage } from "node:async_hooks";
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { z } from "zod";
import { limitMessages, type McpFetch } from "./mcp-body.ts";
import { outboundFault } from "./outbound.errors.ts";

/** Where a server is: at an address, reached by a `fetch` that carries credentials, or a program that is started and spoken to over its standard input and output. */
export type McpTarget = { kind: "http"; url: URL; fetch: McpFetch } | { kind: "stdio"; command: string; arguments: readonly string[]; environment: Readonly<Record<string, string>> };

/** `timeoutMs` of a request in all, beside its signal. */
export type McpLimits = { signal: AbortSignal; timeoutMs: number };

/** `maxBytes`: of one message. `resumes`: how often an answer's broken stream is asked for again, where the server allows it. */
export type McpOptions = { client: { name: string; version: string }; maxBytes: number; resumes: number; onToolsChanged?: () => void };

/** Where a call's idempotency key stands among its `_meta`: a server that knows it has one effect for one key. */
export const MCP_IDEMPOTENCY_KEY = "baton.dev/idempotencyKey";

/** A tool as a server tells of it; all texts in it are the server's. */
export type McpTool = z.output<typeof mcpTool>;

/**
 * A session with an MCP server.
 *
 * Throws what the library throws: its own errors, and as they are those that `fetch` threw (`outbound.*`).
 * Replay: none; call it inside a step.
 */
export type McpConnection = AsyncDisposable & {
  server: { name: string; version: string };
  request(method: string, params: Readonly<Record<string, unknown>>, limits: McpLimits): Promise<Record<string, unknown>>;
  /** Every page of the server's list. Throws `outbound.communication` when it is without end. */
  listTools(limits: McpLimits): Promise<McpTool[]>;
  /** False: it has been ended, by the server or by us. */
  isOpen(): boolean;
};

const schema = z.record(z.string(), z.unknown());
const mcpTool = z.object({
  name: z.string().min(1).max(200),
  description: z.string().default(""),
  inputSchema: schema,
  outputSchema: schema.optional(),
});
const toolPage = z.object({ tools: z.array(mcpTool), nextCursor: z.string().optional() });

const MAX_PAGES = 100;
const MAX_TOOLS = 2_000;
const GOODBYE_MS = 1_000;

/** Connects and greets. Whether a program may be started at all is for the caller to decide. */
export async function connectToMcp(target: McpTarget, options: McpOptions, limits: McpLimits): Promise<McpConnection> {
  // Loaded at the first use: most installations never need it, and it is large.
  const [{ Client: McpClient }, { ResultSchema, ToolListChangedNotificationSchema }] = await Promise.all([import("@modelcontextprotocol/sdk/client/index.js"), import("@modelcontextprotocol/sdk/types.js")]);
  const client: Client = new McpClient(options.client);
  /** Whose answer it is that a response of the transport holds. */
  const asking = new AsyncLocalStorage<AbortController>();
  let isOpen = true;
  Object.assign(client, { onclose: () => void (isOpen = false) });
  if (options.onToolsChanged !== undefined) {
    const tell = options.onToolsChanged;
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => tell());
  }
  const { transport, goodbye } = await openTransport(target, options, () => asking.getStore());
  try {
    await client.connect(transport, { signal: limits.signal, timeout: limits.timeoutMs, maxTotalTimeout: limits.timeoutMs });
  } catch (error) {
    await client.close();
    throw error;
  }
  const request = async (method: string, params: Readonly<Record<string, unknown>>, { signal, timeoutMs }: McpLimits): Promise<Record<string, unknown>> => {
    const lost = new AbortController();
    try {
      return await asking.run(lost, () => client.request({ method, params: { ...params } }, ResultSchema, { signal: AbortSignal.any([signal, lost.signal]), timeout: timeoutMs, maxTotalTimeout: timeoutMs }));
    } catch (error) {
      // The library only says that it was given up.
      throw lost.signal.aborted && !signal.aborted ? lost.signal.reason : error;
    }
  };
  const { name = "", version = "" } = client.getServerVersion() ?? {};
  return {
    server: { name, version }, request, isOpen: () => isOpen,
    listTools: (each) => listTools(request, each),
    async [Symbol.asyncDispose]() {
      if (isOpen) await goodbye();
      isOpen = false;
      await client.close();
    },
  };
}

async function listTools(request: McpConnection["request"], limits: McpLimits): Promise<McpTool[]> {
  const tools: McpTool[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES && tools.length <= MAX_TOOLS; page += 1) {
    const read = toolPage.safeParse(await request("tools/list", cursor === undefined ? {} : { cursor }, limits));
    if (!read.success) throw outboundFault("communication", { detail: "The MCP server's list of tools is not as the protocol has it.", status: 502 });
    tools.push(...read.data.tools);
    cursor = read.data.nextCursor;
    if (cursor === undefined) return tools;
  }
  throw outboundFault("communication", { detail: `The MCP server's list of tools is longer than ${MAX_TOOLS} tools or ${MAX_PAGES} pages.`, status: 502 });
}

async function openTransport(target: McpTarget, options: McpOptions, asker: () => AbortController | undefined): Promise<{ transport: Transport; goodbye(): Promise<void> }> {
  if (target.kind === "stdio") {
    const { StdioClientTransport, getDefaultEnvironment } = await import("@modelcontextprotocol/sdk/client/stdio.js");
    const transport = new StdioClientTransport({ command: target.command, args: [...target.arguments], env: { ...getDefaultEnvironment(), ...target.environment }, stderr: "ignore", maxBufferSize: options.maxBytes });
    return { transport, goodbye: () => Promise.resolve() };
  }
  const { StreamableHTTPClientTransport } = await import("@modelcontextprotocol/sdk/client/streamableHttp.js");
  const transport = new StreamableHTTPClientTransport(target.url, {
    fetch: async (url, init) => {
      const waiting = init?.method === "POST" ? asker() : undefined;
      return limitMessages(await target.fetch(url, init), options.maxBytes, (error) => waiting?.abort(error));
    },
    reconnectionOptions: { maxRetries: options.resumes, initialReconnectionDelay: 1_000, maxReconnectionDelay: 10_000, reconnectionDelayGrowFactor: 2 },
  });
  return { transport: withoutOptional(transport), goodbye: () => leave(transport) };
}

/** Ends the session at the server; one that cannot be told forgets it by itself. */
async function leave(transport: { terminateSession(): Promise<void> }): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, GOODBYE_MS);
  });
  await Promise.race([transport.terminateSession().catch(() => undefined), late]);
  clearTimeout(timer);
}

/** The library declares `sessionId` optional in a way that our compiler settings do not take for the same. */
function withoutOptional(transport: Omit<Transport, "sessionId">): Transport {
  return transport;
}
