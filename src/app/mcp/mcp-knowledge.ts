import { ErrorCode, McpError, type CallToolResult, type ListResourcesResult, type ReadResourceResult, type Tool as ListedTool } from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import { permittedAudiences } from "../../conversation/stages/authorize.ts";
import { recordBlockedSearch, type Asker } from "../../knowledge/block-search.ts";
import { getDocument } from "../../knowledge/get-document.ts";
import { listDocuments } from "../../knowledge/list-documents.ts";
import { retrieve } from "../../knowledge/retrieve.ts";
import { filterMembers, toSearchFilter } from "../../knowledge/search-filter.ts";
import { shapeOfZod } from "../../lib/shape.ts";
import type { CallContext } from "../../models/call-context.ts";
import type { App } from "../app.ts";
import type { McpCaller } from "./mcp-caller.ts";
import { MCP_CHANNEL } from "./mcp-tools.ts";

export const SEARCH = "search_knowledge";
const PAGE = 200;
const MARKDOWN = "text/markdown";
const ADDRESS = /^baton:\/\/documents\/([a-z]+_[0-9a-z_]{1,60})$/;
const RESOURCE_NOT_FOUND = -32_002;

const input = shapeOfZod(z.strictObject({ query: z.string().trim().min(1).max(1_000).describe("What is asked, in words."), limit: z.number().int().min(1).max(20).default(6).describe("Passages at most."), ...filterMembers }));
const passages = shapeOfZod(z.object({ passages: z.array(z.object({ uri: z.string(), title: z.string(), heading: z.string(), text: z.string() })) }), "output");

type KnowledgeApp = Pick<App, "policy" | "database" | "clock"> & { workspace: Pick<App["workspace"], "audiences">; turns: Pick<App["turns"], "knowledge"> };

/** Whose articles the caller may read, decided before anything is searched. */
export function audiencesFor({ policy, workspace }: Pick<KnowledgeApp, "policy" | "workspace">, { principal, isVerified }: McpCaller): string[] {
  return permittedAudiences({ policy, audiences: workspace.audiences }, principal, { channel: MCP_CHANNEL, isVerified });
}

/** The search as a tool; it changes nothing. */
export function describeSearch(tenantName: string): ListedTool {
  return {
    name: SEARCH, description: `Searches the articles of ${tenantName} and gives the passages that fit best.`,
    inputSchema: { ...input.jsonSchema, type: "object" }, outputSchema: { ...passages.jsonSchema, type: "object" }, annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true },
  };
}

/** Throws the protocol's invalid parameters. */
export async function searchKnowledge(app: KnowledgeApp, caller: McpCaller, given: unknown): Promise<CallToolResult> {
  const audiences = audiencesFor(app, caller);
  if (audiences.length === 0) {
    await recordBlockedSearch(app.database, { tenantId: caller.tenantId, asker: askerOf(caller), at: new Date(app.clock.nowMs()) });
    throw new McpError(ErrorCode.InvalidParams, `Unknown tool: ${SEARCH}`);
  }
  const read = input.parse(given ?? {});
  if (!read.isFit) throw new McpError(ErrorCode.InvalidParams, read.reason);
  const filter = toSearchFilter(read.value);
  const found = await retrieve(app.turns.knowledge, { tenantId: caller.tenantId, audiences, query: read.value.query, limit: read.value.limit, ...(filter && { filter }), call: callOf(caller), ...(filter && { filter }) });
  const output = { passages: found.map(({ documentId, title, heading, text }) => ({ uri: addressOf(documentId), title, heading, text })) };
  return { content: [{ type: "text", text: JSON.stringify(output) }], structuredContent: output };
}

/** A page of the articles the caller may read. */
export async function listResources(app: KnowledgeApp, caller: McpCaller, cursor: string | undefined): Promise<ListResourcesResult> {
  const after = cursor === undefined ? null : Buffer.from(cursor, "base64url").toString("utf8");
  if (after?.includes("\0") === true) throw new McpError(ErrorCode.InvalidParams, "This cursor is not one of ours.");
  const { items, next } = await listDocuments(app, { tenantId: caller.tenantId, audiences: audiencesFor(app, caller), after, limit: PAGE });
  return {
    resources: items.map(({ id, path, title, updatedAt }) => ({ uri: addressOf(id), name: path, title, mimeType: MARKDOWN, annotations: { lastModified: new Date(updatedAt).toISOString() } })),
    ...(next === null ? {} : { nextCursor: Buffer.from(next).toString("base64url") }),
  };
}

/** An article. One that is not for the caller is not there. Throws the protocol's "resource not found". */
export async function readResource(app: KnowledgeApp, caller: McpCaller, uri: string): Promise<ReadResourceResult> {
  const id = ADDRESS.exec(uri)?.[1];
  const found = id === undefined ? null : await getDocument(app, { tenantId: caller.tenantId, audiences: audiencesFor(app, caller), id });
  if (found === null) throw new McpError(RESOURCE_NOT_FOUND, "There is no such article, or it is not for you.", { uri });
  return { contents: [{ uri, mimeType: MARKDOWN, text: found.body }] };
}

function callOf({ principal, conversationId }: McpCaller): Partial<CallContext> {
  return { stage: "mcp", ...(principal.type === "Contact" ? { contactId: principal.id } : { apiKeyId: principal.id }), ...(conversationId === null ? {} : { conversationId }) };
}

function askerOf({ principal, conversationId }: McpCaller): Asker {
  return { actor: `${principal.type === "Contact" ? "contact" : "key"}:${principal.id}`, subjectId: conversationId ?? principal.id };
}

function addressOf(documentId: string): string {
  return `baton://documents/${documentId}`;
}
