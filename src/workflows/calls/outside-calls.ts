import type { Clock } from "../../lib/clock.ts";
import type { Authentication } from "../../outbound/authentication.ts";
import type { CallHandlers } from "./call-handler.ts";
import { createHttpCall } from "./call-http.ts";
import { createMcpCall } from "./call-mcp.ts";
import { createOpenApiCall } from "./call-openapi.ts";
import type { HttpCallLimits } from "./exchange-http.ts";
import type { Outbound } from "../../outbound/outbound.ts";
import { createOpenApiDocuments } from "../../outbound/openapi-documents.ts";

/** What a call may take when its task and its workflow say nothing. */
const CALL_LIMITS: HttpCallLimits = { timeoutMs: 30_000, maxBytes: 1_000_000 };

/**
 * The three calls to the outside over one way out; documents are kept as long as it is. `folder`: where `file:` documents lie.
 * `mcpCommands`: programs that workflows may start for `call: mcp` over stdio; none unless the operator lists them.
 */
export function createOutsideCalls(deps: { outbound: Outbound; authentication: Authentication; clock: Clock; folder: string | null; mcpCommands: readonly string[]; limits?: HttpCallLimits }): CallHandlers {
  const { outbound, authentication, clock } = deps;
  const http = { outbound, authentication, limits: deps.limits ?? CALL_LIMITS };
  return {
    http: createHttpCall(http),
    openapi: createOpenApiCall({ ...http, documents: createOpenApiDocuments({ outbound, clock, folder: deps.folder }) }),
    mcp: createMcpCall({ ...http, mayStart: (command) => deps.mcpCommands.includes(command) }),
  };
}
