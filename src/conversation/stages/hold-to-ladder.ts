import type { AutonomyLadder } from "../../policy/autonomy-ladder.ts";
import { heightOf, sendsReplies, type AutonomyLevel } from "../../policy/autonomy.ts";
import type { Tool } from "../../tools/tool.ts";
import type { Decision, PlannedPart, TurnContext } from "../turn.ts";

type LadderDeps = { ladder: Pick<AutonomyLadder, "levelFor">; tools: ReadonlyMap<string, Tool> };

/**
 * What the ladder makes of a decision, before anything is done: whether the reply will be sent, drafted, suggested or not
 * even written. A reply counts as reading: the calls it tells of are judged one by one, by their own risk and amount.
 *
 * Below `act_with_approval` nothing starts or wakes a run, since runs speak for themselves. Beside a person (`isAssisting`)
 * the AI drafts at most, and only reads; what it would have done is proposed instead.
 * Replay: depends on the ladder of the moment; call it in the journaled step of the decision.
 */
export function holdToLadder(deps: LadderDeps, context: Pick<TurnContext, "channel" | "isAssisting">, decision: Decision): Decision {
  const { level: allowed, rule } = replyLevel(deps.ladder, context, decision);
  const level: AutonomyLevel = context.isAssisting === true && heightOf(allowed) > heightOf("draft") ? "draft" : allowed;
  if (sendsReplies(level)) return { ...decision, autonomy: { level, rule, calls: [] } };
  if (level === "off") return { ...decision, ...only({ kind: "handoff", reason: "autonomy.off" }), autonomy: { level, rule, calls: [] }, focus: { ...decision.focus, pending: null } };
  const isKept = (part: PlannedPart) => part.kind !== "workflow" && part.kind !== "answer" && !(context.isAssisting === true && part.kind === "tool" && deps.tools.get(part.tool)?.risk !== "read");
  const keep = (parts: readonly PlannedPart[]): PlannedPart[] => {
    const kept = parts.filter(isKept);
    return kept.length > 0 ? kept : [{ kind: "handoff", reason: `autonomy.${level}` }];
  };
  const calls = decision.fallback.flatMap((part) => (isKept(part) ? [] : proposedCall(part)));
  return { ...decision, parts: keep(decision.parts), fallback: keep(decision.fallback), autonomy: { level, rule, calls } };
}

/** How far the AI may go with a reply, as the ladder stands now. */
export function replyLevel(ladder: Pick<AutonomyLadder, "levelFor">, context: Pick<TurnContext, "channel">, decision: Pick<Decision, "intent">) {
  return ladder.levelFor({ intent: decision.intent, channel: context.channel, risk: "read", amountCents: null });
}

/** Whether a person sees the reply before the contact does, as it was decided. */
export function isForPerson(decision: Pick<Decision, "autonomy">): boolean {
  return decision.autonomy !== undefined && !sendsReplies(decision.autonomy.level);
}

/** A run is proposed like a call, by its workflow and the records it is about. */
function proposedCall(part: PlannedPart): NonNullable<Decision["autonomy"]>["calls"] {
  if (part.kind === "tool") return [{ tool: part.tool, arguments: part.arguments }];
  if (part.kind !== "workflow") return [];
  return [{ tool: part.workflow, arguments: Object.fromEntries(Object.entries(part.entities).map(([kind, values]) => [kind, values.join(", ")])) }];
}

function only(part: PlannedPart): Pick<Decision, "parts" | "fallback"> {
  return { parts: [part], fallback: [part] };
}
