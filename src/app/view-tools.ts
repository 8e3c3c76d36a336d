import { isRecord } from "../lib/is-record.ts";
import type { ToolsView, ToolView } from "../shapes/tool.ts";
import type { CallToolDeps, ToolFallback } from "../tools/call-tool.ts";
import { offeredSchema } from "../tools/resolve-arguments.ts";
import type { SystemHealth } from "../tools/system-gates.ts";
import type { Tool } from "../tools/tool.ts";
import { readToolStats, type ToolStats } from "../tools/tool-health.store.ts";

const HOURS = 24;

/** The workspace's tools with what became of their calls in the last day, and the systems behind them. */
export async function viewTools(deps: Pick<CallToolDeps, "database" | "tools" | "fallbacks" | "runner" | "clock">, tenantId: string): Promise<ToolsView> {
  const stats = new Map((await readToolStats(deps.database, tenantId, new Date(deps.clock.nowMs() - HOURS * 3_600_000))).map((each) => [each.tool, each]));
  const health = new Map(deps.runner.health().map((each) => [each.system, each]));
  const tools = [...deps.tools.values()].sort((a, b) => a.name.localeCompare(b.name));
  const systems = [...new Set(tools.map((tool) => tool.system))].sort();
  return {
    hours: HOURS,
    systems: systems.map((system) => {
      const { state = "closed", running = 0, waiting = 0, lastError = null } = health.get(system) ?? {};
      return { system, state, running, waiting, lastError };
    }),
    tools: tools.map((tool) => viewTool(tool, deps.fallbacks.get(tool.name), health.get(tool.system), stats.get(tool.name))),
  };
}

function viewTool(tool: Tool, fallback: ToolFallback | undefined, health: SystemHealth | undefined, stats: ToolStats | undefined): ToolView {
  const { idempotency, rateLimit } = tool;
  const own = health?.tools.find((each) => each.tool === tool.name)?.state ?? "closed";
  return {
    name: tool.name, purpose: tool.purpose, risk: tool.risk, system: tool.system, needsVerifiedContact: tool.needsVerifiedContact, bound: { ...tool.bound }, accepts: [...tool.accepts], timeoutMs: tool.timeoutMs,
    idempotency: typeof idempotency === "string" ? idempotency : "header" in idempotency ? `header ${idempotency.header}` : `field ${idempotency.field}`,
    rateLimit: rateLimit === null ? null : `${rateLimit.calls} in ${rateLimit.perMs / 1_000} s for each ${rateLimit.scope}`, undo: tool.undo?.tool ?? null,
    fallback: fallback === undefined ? null : "tool" in fallback ? fallback.tool : `“${fallback.say}”`, arguments: argumentsOf(tool),
    state: health?.state === undefined || health.state === "closed" ? own : health.state,
    stats: { calls: stats?.calls ?? 0, ok: stats?.ok ?? 0, failed: stats?.failed ?? 0, denied: stats?.denied ?? 0, p50Us: stats?.p50Us ?? null, p95Us: stats?.p95Us ?? null, lastFailure: stats?.lastFailure ?? null },
  };
}

function argumentsOf(tool: Tool): ToolView["arguments"] {
  const { properties, required } = offeredSchema(tool);
  const needed = new Set(Array.isArray(required) ? required.map(String) : []);
  return Object.entries(isRecord(properties) ? properties : {}).map(([name, schema]) => ({ name, description: isRecord(schema) && typeof schema["description"] === "string" ? schema["description"] : null, isRequired: needed.has(name) }));
}
