import type { ToolSource } from "../declared/tool-source.ts";
import { connectorSource } from "./connector.ts";
import { filesSource } from "./files.ts";
import { httpSource } from "./http.ts";
import { openapiSource } from "./openapi.ts";
import { mcpSource } from "./mcp.ts";
import { sqlSource } from "./sql.ts";

/** Every kind of declaration that `tools/*.yaml` may have. */
export const TOOL_SOURCES: readonly ToolSource[] = [connectorSource, filesSource, httpSource, openapiSource, mcpSource, sqlSource];
