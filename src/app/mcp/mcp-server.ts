import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { CallToolRequestSchema, ErrorCode, ListResourcesRequestSchema, ListResourceTemplatesRequestSchema, ListToolsRequestSchema, McpError, ReadResourceRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { AppError, messageOf } from "../../lib/app-error.ts";
import type { App } from "../app.ts";
import { APPROVAL_STATUS, describeApprovalStatus, readApprovalStatus } from "./mcp-approvals.ts";
import type { McpCaller } from "./mcp-caller.ts";
import { audiencesFor, describeSearch, listResources, readResource, SEARCH, searchKnowledge } from "./mcp-knowledge.ts";
import { describeTool, toolsFor, useTool } from "./mcp-tools.ts";

/**
 * Baton as an MCP server, for one caller and one request: nothing of a session is kept, so any process may answer the next one.
 * A tool of the workspace that is called as one of ours is takes its place.
 *
 * Throws, in answers, the protocol's errors; what we did not foresee is logged and answered without its words.
 */
export function createMcpServer(app: App, caller: McpCaller, requestId: string): Server {
  const { workspace, status, toolCalls, policy } = app;
  const tools = { calls: toolCalls, policy, approvals: app.workflows.approvals };
  const server = new Server({ name: "baton", title: workspace.tenantName, version: status.version }, { capabilities: { tools: {}, resources: {} }, instructions: `Tools and articles of ${workspace.tenantName}. What may be done is decided by its policies; a call may be refused, with a reason to tell, or wait until people have approved it: ask ${APPROVAL_STATUS} then.` });
  const answered = <Request, Result>(work: (request: Request) => Promise<Result>) => async (request: Request): Promise<Result> => {
    try {
      return await work(request);
    } catch (error) {
      throw toProtocolError(app, error, requestId);
    }
  };
  const hasSearch = () => !toolCalls.tools.has(SEARCH) && audiencesFor(app, caller).length > 0;
  server.setRequestHandler(ListToolsRequestSchema, answered(() => {
    const offered = toolsFor(tools, caller).map(describeTool);
    return Promise.resolve({ tools: [...(hasSearch() ? [describeSearch(workspace.tenantName)] : []), ...offered, ...(offered.length > 0 && !toolCalls.tools.has(APPROVAL_STATUS) ? [describeApprovalStatus()] : [])] });
  }));
  server.setRequestHandler(CallToolRequestSchema, answered(({ params }) => {
    if (toolCalls.tools.has(params.name)) return useTool(tools, caller, params);
    if (params.name === APPROVAL_STATUS) return readApprovalStatus(app.database, caller, params.arguments);
    return params.name === SEARCH ? searchKnowledge(app, caller, params.arguments) : useTool(tools, caller, params);
  }));
  server.setRequestHandler(ListResourcesRequestSchema, answered(({ params }) => listResources(app, caller, params?.cursor)));
  server.setRequestHandler(ListResourceTemplatesRequestSchema, answered(() => Promise.resolve({ resourceTemplates: [{ uriTemplate: "baton://documents/{id}", name: "article", title: "An article", mimeType: "text/markdown" }] })));
  server.setRequestHandler(ReadResourceRequestSchema, answered(({ params }) => readResource(app, caller, params.uri)));
  return server;
}

function toProtocolError(app: Pick<App, "log">, error: unknown, requestId: string): McpError {
  if (error instanceof McpError) return error;
  if (error instanceof AppError && error.status < 500) return new McpError(ErrorCode.InvalidParams, error.message);
  const isAway = error instanceof AppError && error.status === 503;
  if (isAway) app.log.info("mcp.refused", { requestId, status: error.status, code: error.code });
  else app.log.error("mcp.failed", { requestId, error: messageOf(error), stack: error instanceof Error ? error.stack : undefined });
  return new McpError(ErrorCode.InternalError, error instanceof AppError && error.isRetryable ? "Try again shortly." : `Something went wrong on our side; it is in the log under ${requestId}.`);
}
