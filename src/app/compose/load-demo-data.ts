import { pathToFileURL } from "node:url";
import type { Clock } from "../../lib/clock.ts";
import type { SqlClient } from "../../storage/sql-client.ts";
import { workspaceInvalid } from "../../workspace/workspace.errors.ts";
import type { Workspace } from "../../workspace/workspace.ts";

/** Fills the workspace's database as its `load` says, if it has one. Throws `workspace.invalid`. */
export async function loadDemoData(workspace: Pick<Workspace, "demoData" | "seed">, sql: SqlClient, clock: Clock): Promise<void> {
  if (workspace.demoData === null) return;
  const module: unknown = await import(pathToFileURL(workspace.demoData).href);
  const load = typeof module === "object" && module !== null && "load" in module ? module.load : null;
  if (typeof load !== "function") throw workspaceInvalid({ message: `${workspace.demoData} exports no function "load".` });
  await load(sql, { seed: workspace.seed, nowMs: clock.nowMs() });
}
