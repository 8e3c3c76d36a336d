import { createSecretReader, type SecretReader } from "../credentials/secret-reader.ts";
import { createProcessTokens } from "../credentials/shared-tokens.ts";
import { systemClock, type Clock } from "../lib/clock.ts";
import { createLog, type Log } from "../lib/log.ts";
import { createAuthentication, type Authentication } from "../outbound/authentication.ts";
import { createOutbound, type Outbound } from "../outbound/outbound.ts";
import { TOOL_SOURCES } from "../tools/adapters/index.ts";
import type { McpWay, ToolSecrets } from "../tools/declared/tool-source.ts";
import { secretMissing } from "../tools/tools.errors.ts";
import type { ToolKinds } from "../workspace/load-tools.ts";
import { loadWorkspace, type LoadedWorkspace } from "../workspace/load-workspace.ts";

export type OpenWorkspaceOptions = { webhookSecret?: string | undefined; /** Outside of the workspace, that tools may read. */ fileFolders?: readonly string[]; /** The way to other systems. */ http?: WayOut; secrets?: ToolSecrets; clock?: Clock; log?: Log };

type WayOut = { outbound: Outbound; authentication: Authentication; mcp: McpWay };

/** A workspace with every kind of tool that Baton knows. Nothing is called: without options it is enough to check, test and publish it. */
export function openWorkspace(folder: string, options: OpenWorkspaceOptions = {}): Promise<LoadedWorkspace> {
  return loadWorkspace(folder, { tools: toolKinds(options), webhookSecret: options.webhookSecret });
}

/** Every kind of tool, with what its declarations are opened with. */
export function toolKinds(options: OpenWorkspaceOptions = {}): ToolKinds {
  const { secrets = oneText(createSecretReader(null, process.env)), clock = systemClock, log = createLog({ level: "error", isPretty: true }), fileFolders = [], http = closedWay(clock) } = options;
  return { sources: TOOL_SOURCES, deps: { secrets, clock, log, fileFolders, ...http } };
}

/** For what opens a workspace and calls nothing. */
function closedWay(clock: Clock): WayOut {
  const outbound = createOutbound({ isAllowed: () => false });
  const shared = createProcessTokens({ clock });
  const store = { read: () => Promise.resolve(null), write: () => Promise.resolve() };
  return { outbound, authentication: createAuthentication({ outbound, shared, clock }), mcp: { signIns: { outbound, shared, store, clock }, mayStart: () => false } };
}

/** Secrets of tools, where workflows have theirs. Throws `tools.secret_missing`. */
export function oneText(secrets: SecretReader): ToolSecrets {
  return {
    async read(tenantId, name) {
      const value = await secrets.read(tenantId, name);
      if (value === null) throw secretMissing({ message: `The secret "${name}" is not set: set it by \`baton secrets set ${name}\`.`, details: { name } });
      if (typeof value !== "string") throw secretMissing({ message: `The secret "${name}" holds several texts, and one is needed.`, details: { name } });
      return value;
    },
  };
}
