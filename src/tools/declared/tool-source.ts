import type { z } from "zod";
import type { Clock } from "../../lib/clock.ts";
import type { Log } from "../../lib/log.ts";
import type { Authentication } from "../../outbound/authentication.ts";
import type { McpSignInDeps } from "../../outbound/mcp-sign-in.ts";
import type { Outbound } from "../../outbound/outbound.ts";
import type { ReadWebhook } from "../connectors/read-webhook.ts";
import type { WebhookRequest } from "../connectors/verify-webhook.ts";
import type { Tool } from "../tool.ts";
import type { ToolNeeds } from "./tool-needs.ts";
import type { FactsRule } from "./tool-rules.ts";

/** Where a member stands in a declaration: `["tools", 0, "query"]`. */
export type DeclarationPath = readonly (string | number)[];

/** Where a declaration stands: paths in it are from `folder` (the workspace's); `at` names a place in it as messages do, `tools/orders.yaml:12:5`. */
export type DeclarationPlace = { file: string; folder: string; tenantId: string; at(path: DeclarationPath): string };

/**
 * Secrets by the names declarations use: `${secret:shop_token}`, from the credential store or the environment.
 *
 * Throws `tools.secret_missing` naming the secret. Values never stand in errors, logs, records or prompts. A value may change
 * at any time: whoever keeps what was made of it (a connection, a token) reads it again for every call.
 */
export type ToolSecrets = { read(tenantId: string, name: string): Promise<string> };

/** `mayStart`: whether the operator lets tools start this program on Baton's own machine. */
export type McpWay = { signIns: McpSignInDeps; mayStart(command: string): boolean };

/** `fileFolders`: folders outside of the workspace that the operator lets tools read. `outbound`: the only way to other systems over HTTP. */
export type ToolSourceDeps = { secrets: ToolSecrets; clock: Clock; log: Log; fileFolders: readonly string[]; outbound: Outbound; authentication: Authentication; mcp: McpWay };

/** `path`: of the tool in its declaration, `[]` when the file is one tool. `facts` are joined when all tools of the workspace are known. */
export type DeclaredTool = { tool: Tool; facts: FactsRule | null; path: DeclarationPath };

/** What a declared system tells by itself, at `POST /hooks/{name of the file}`. `source` and `type` of its events are the system's address and name. */
export type InboundHook = { source: string; system: string; read(request: WebhookRequest): Promise<ReadWebhook> };

/** The tools of one declaration; closing lets go of connections and child processes. */
export type OpenedTools = AsyncDisposable & { tools: DeclaredTool[]; needs: ToolNeeds; hook?: InboundHook };

/**
 * A kind of declaration in `tools/*.yaml`, `kind: sql` and so on. One file each in `adapters/`.
 *
 * `declaration` is the whole file, with its `kind`, and finds every fault that can be seen in it alone: a fault's path is shown
 * as file and line, the description of the member as advice.
 * `open` makes the tools out of the file alone: it neither calls the system nor reads a secret nor needs either, so that
 * `baton check` and a start work on a closed machine. What a source tells of itself (an OpenAPI document, an MCP server's list)
 * was pinned beside the declaration when it was imported.
 * Throws `tools.declaration_invalid` naming file and place.
 */
export type ToolSource<Declaration = unknown> = {
  readonly kind: string;
  readonly declaration: z.ZodType<Declaration>;
  open(declared: Declaration, place: DeclarationPlace, deps: ToolSourceDeps): Promise<OpenedTools>;
};
