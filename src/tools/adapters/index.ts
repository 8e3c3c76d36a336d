import type { ToolSource } from "../declared/tool-source.ts";
import { filesSource } from "./files.ts";
import { httpSource } from "./http.ts";
import { sqlSource } from "./sql.ts";

/** Every kind of declaration that `tools/*.yaml` may have. */
export const TOOL_SOURCES: readonly ToolSource[] = [filesSource, httpSource, sqlSource];
