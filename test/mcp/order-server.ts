import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { CallToolRequestSchema, ListToolsRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { setTimeout as sleep } from "node:timers/promises";

/** What a server of the tests remembers, over all sessions. */
export type OrderDesk = { made: Map<string, unknown>; effects: number; heard: { name: string; arguments: unknown; key: unknown }[]; tools: Record<string, unknown>[]; lists: number };

const order = { type: "object", properties: { number: { type: "integer" }, state: { type: "string" } }, required: ["number", "state"] };
const numbered = { type: "object", properties: { number: { type: "integer" }, email: { type: "string" } }, required: ["number", "email"], additionalProperties: false };
const nothing = { type: "object", properties: {} };

const TOOLS: readonly Record<string, unknown>[] = [
  { name: "get-order", description: "Looks up an order.", inputSchema: numbered, outputSchema: order, annotations: { readOnlyHint: true } },
  { name: "wait", description: "Waits.", inputSchema: nothing },
  { name: "large", description: "Says a lot.", inputSchema: { type: "object", properties: { bytes: { type: "integer" } } } },
  { name: "odd", description: "Answers in another shape than it declares.", inputSchema: nothing, outputSchema: order },
  { name: "make_ticket", description: "Makes a ticket, once for each key.", inputSchema: { type: "object", properties: { title: { type: "string" }, key: { type: "string" } }, required: ["title"] }, annotations: { readOnlyHint: false } },
  { name: "poke", description: "Pokes.", inputSchema: nothing },
  { name: "attach", description: "Text, JSON and a picture.", inputSchema: nothing },
  { name: "die", description: "The server dies while it answers.", inputSchema: nothing },
  { name: "environment", description: "What stands in its environment.", inputSchema: { type: "object", properties: { name: { type: "string" } }, required: ["name"] } },
];

export function openOrderDesk(): OrderDesk {
  return { made: new Map(), effects: 0, heard: [], tools: structuredClone([...TOOLS]), lists: 0 };
}

/** One session of a server that keeps orders. `die` ends the process, or the connection that asked. */
export function createOrderServer(desk: OrderDesk, die: () => void): Server {
  const server = new Server({ name: "orders", version: "1.0.0" }, { capabilities: { tools: { listChanged: true } } });
  server.setRequestHandler(ListToolsRequestSchema, () => {
    desk.lists += 1;
    return { tools: desk.tools.map((tool) => ({ name: "", inputSchema: { type: "object" as const }, ...tool })) };
  });
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, { signal }) => {
    const given = params.arguments ?? {};
    const key = params._meta?.["baton.dev/idempotencyKey"];
    desk.heard.push({ name: params.name, arguments: given, key });
    const say = (text: string) => ({ content: [{ type: "text" as const, text }] });
    if (params.name === "get-order") {
      if (given["number"] !== 1 || given["email"] !== "ada@example.com") return { ...say(`No such order: ${String(given["number"])}`), isError: true };
      return { ...say("on its way"), structuredContent: { number: 1, state: "sent" } };
    }
    if (params.name === "wait") await sleep(5_000, undefined, { signal }).catch(() => undefined);
    if (params.name === "large") return say("x".repeat(Number(given["bytes"] ?? 200_000)));
    if (params.name === "odd") return { ...say("odd"), structuredContent: { number: "one" } };
    if (params.name === "attach") return { content: [{ type: "text" as const, text: "{\"a\":1}" }, { type: "image" as const, data: "AAAA", mimeType: "image/png" }, { type: "resource" as const, resource: { uri: "file:///a.txt", mimeType: "text/plain", text: "abc" } }] };
    if (params.name === "environment") return say(process.env[String(given["name"])] ?? "");
    if (params.name === "die") die();
    if (params.name === "make_ticket") {
      const known = desk.made.get(String(key));
      if (known === undefined) desk.effects += 1;
      desk.made.set(String(key), known ?? desk.effects);
      return say(JSON.stringify({ ticket: desk.made.get(String(key)) }));
    }
    return say("done");
  });
  return server;
}
