import type { GraphEdge, GraphNode, TaskCount } from "../../../../../src/shapes/workflow.ts";
import { formatDuration, sayCode } from "../../../lib/format.ts";
import { sayErrorType } from "../workflow-words.ts";

/** What a task is for; gives the colour of its icon. The words say it as well. */
export type TaskFamily = "talk" | "think" | "act" | "person" | "flow" | "time" | "data" | "stop";

/** `kind` is what the task does in words, `detail` with what; null when the words say all. */
export type TaskWords = { kind: string; detail: string | null; family: TaskFamily };

const CALLS: Record<string, { kind: string; family: TaskFamily }> = {
  ask: { kind: "Ask the customer", family: "talk" },
  reply: { kind: "Reply to the customer", family: "talk" },
  notify: { kind: "Notify a system", family: "act" },
  tool: { kind: "Call a tool", family: "act" },
  approve: { kind: "Wait for an approval", family: "person" },
  handoff: { kind: "Hand off to a person", family: "person" },
  understand: { kind: "Understand a text", family: "think" },
  retrieve: { kind: "Search the knowledge", family: "think" },
  generate: { kind: "Write with a model", family: "think" },
  agent: { kind: "Let an AI agent work", family: "think" },
  verify: { kind: "Check an answer", family: "think" },
  http: { kind: "Call over HTTP", family: "act" },
  openapi: { kind: "Call an API", family: "act" },
  mcp: { kind: "Call over MCP", family: "act" },
};

const KINDS: Record<Exclude<GraphNode["kind"], "call" | "wait">, { kind: string; family: TaskFamily }> = {
  start: { kind: "Start", family: "flow" },
  end: { kind: "End", family: "flow" },
  do: { kind: "Steps", family: "flow" },
  emit: { kind: "Send an event", family: "act" },
  for: { kind: "For each", family: "flow" },
  fork: { kind: "At the same time", family: "flow" },
  listen: { kind: "Wait for an event", family: "time" },
  raise: { kind: "Stop with an error", family: "stop" },
  run: { kind: "Run a workflow", family: "flow" },
  set: { kind: "Set data", family: "data" },
  switch: { kind: "Decide", family: "flow" },
  try: { kind: "Try", family: "flow" },
};

/** A task in plain words: "Ask the customer", "Wait · 2 d", "For each · order in orders". */
export function sayTask({ kind, label }: Pick<GraphNode, "kind" | "label">): TaskWords {
  if (kind === "wait") return { kind: "Wait", detail: label === null ? null : sayWait(label), family: "time" };
  if (kind === "raise") return { ...KINDS.raise, detail: label === null ? null : sayErrorType(label) };
  if (kind !== "call") return { ...KINDS[kind], detail: label === null ? null : bare(label) };
  const [name = "", ...rest] = (label ?? "").split(/[:\s]+/);
  const known = CALLS[name];
  if (known === undefined) return { kind: "Call", detail: label, family: "act" };
  return { ...known, detail: rest.length === 0 ? null : rest.join(" ") };
}

/** A branch in words: a case's name, "each", "if it fails". */
export function sayBranch(branch: string): string {
  if (branch === "catch") return "if it fails";
  if (branch === "try") return "try";
  if (branch === "each") return "each one";
  if (branch === "do") return "in this order";
  return sayCode(branch).toLowerCase();
}

type BranchCount = TaskCount["branches"][number];

/** How often a way was taken, by what its task counted. Null when that says nothing. */
export function countOf(counts: ReadonlyMap<string, TaskCount>, { from, branch }: Pick<GraphEdge, "from" | "branch">): BranchCount | null {
  const task = counts.get(from);
  if (task === undefined || branch === null) return null;
  return task.branches.find((each) => each.branch === branch) ?? (task.branches.length > 0 ? { branch, count: 0, won: null } : null);
}

/** "12×", and of competing branches "12×, 7 won". */
export function sayCount({ count, won }: BranchCount): string {
  return `${count.toLocaleString("en")}×${won === null ? "" : `, ${won.toLocaleString("en")} won`}`;
}

function sayWait(label: string): string {
  const ms = /^(\d+) ms$/.exec(label)?.[1];
  return ms === undefined ? bare(label) : sayMs(Number(ms));
}

function sayMs(ms: number): string {
  for (const [unit, size] of [["d", 86_400_000], ["h", 3_600_000], ["min", 60_000]] as const) if (ms >= size && ms % size === 0) return `${ms / size} ${unit}`;
  return formatDuration(ms * 1_000);
}

/** An expression without the braces that mark it. */
export function bare(text: string): string {
  return text.replace(/\$\{\s*([^}]*?)\s*\}/g, "$1");
}
