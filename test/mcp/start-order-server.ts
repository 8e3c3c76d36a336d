import { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { createOrderServer, openOrderDesk, type OrderDesk } from "./order-server.ts";

export type OrderServer = AsyncDisposable & {
  url: string;
  desk: OrderDesk;
  /** Sessions that were opened so far. */
  sessions(): number;
  /** Those that go on. */
  open(): number;
  headers: IncomingMessage["headers"][];
  /** Tells every session that the list of tools has changed. */
  tellChanged(): Promise<void>;
  /** Forgets all sessions, as a restart does. */
  forget(): void;
  stop(): Promise<void>;
};

/** An MCP server over HTTP with sessions. `guard` may answer in its place. */
export async function startOrderServer(guard: (request: IncomingMessage, response: ServerResponse) => boolean = () => false): Promise<OrderServer> {
  const desk = openOrderDesk();
  const open = new Map<string, { transport: StreamableHTTPServerTransport; server: Server }>();
  const headers: IncomingMessage["headers"][] = [];
  let sessions = 0;
  const asked = new AsyncLocalStorage<ServerResponse>();
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    headers.push(request.headers);
    if (guard(request, response)) return;
    const id = request.headers["mcp-session-id"];
    const known = typeof id === "string" ? open.get(id) : undefined;
    if (known !== undefined) return known.transport.handleRequest(request, response);
    if (id !== undefined) return void response.writeHead(404, { "content-type": "application/json" }).end('{"jsonrpc":"2.0","error":{"code":-32001,"message":"Session not found"},"id":null}');
    sessions += 1;
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: () => randomUUID(), onsessioninitialized: (made) => void open.set(made, { transport, server }), onsessionclosed: (ended) => void open.delete(ended) });
    const server = createOrderServer(desk, () => asked.getStore()?.destroy());
    await server.connect(asTransport(transport));
    return transport.handleRequest(request, response);
  };
  const http = createServer((request, response) => void asked.run(response, () => handle(request, response)));
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const address = http.address();
  const stop = () => new Promise<void>((resolve) => {
    http.close(() => resolve());
    http.closeAllConnections();
  });
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/mcp`, desk, headers, stop, sessions: () => sessions, open: () => open.size,
    tellChanged: async () => void (await Promise.all([...open.values()].map(({ server }) => server.sendToolListChanged()))),
    forget: () => open.clear(),
    [Symbol.asyncDispose]: stop,
  };
}

/** The library's declaration of optional members and our compiler settings differ; the object is the same. */
function asTransport(transport: Omit<Transport, "sessionId" | "onclose" | "onerror" | "onmessage">): Transport {
  return transport;
}
