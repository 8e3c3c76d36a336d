import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { App } from "../app.ts";
import type { McpCaller } from "./mcp-caller.ts";
import { createMcpServer } from "./mcp-server.ts";

/** Answers one request of a caller; `message` is its body, read. */
export async function serveMcp(app: App, caller: McpCaller, request: { url: string; headers: Headers; message: unknown; requestId: string }): Promise<Response> {
  const server = createMcpServer(app, caller, request.requestId);
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
  try {
    await server.connect(withoutOptional(transport));
    return await transport.handleRequest(new Request(request.url, { method: "POST", headers: request.headers }), { parsedBody: request.message });
  } finally {
    await server.close();
  }
}

/** The library declares optional members in a way that our compiler settings do not take for the same. */
function withoutOptional(transport: Omit<Transport, "sessionId" | "onclose" | "onerror" | "onmessage">): Transport {
  return transport;
}
