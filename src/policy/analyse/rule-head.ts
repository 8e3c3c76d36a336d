import type { Rule } from "../cedar/read-rules.ts";
import { refOf } from "./condition-values.ts";

/** What a rule is about by its head alone. `who`, `what` null: everybody, everything; `actions` empty: every action. */
export type RuleHead = { who: string | null; actions: string[]; what: string | null; isConditional: boolean };

export function ruleHead({ json }: Pick<Rule, "json">): RuleHead {
  const { action } = json;
  const refs = action.op === "All" ? [] : "entities" in action ? action.entities : "entity" in action ? [action.entity] : [];
  return { who: sideText(json.principal), actions: refs.map((ref) => refOf(ref).id), what: sideText(json.resource), isConditional: json.conditions.length > 0 };
}

/** `AiAgent`, `HumanAgent in Role admin`, `Tool refund_order`. */
function sideText(side: Rule["json"]["principal"]): string | null {
  if (side.op === "All") return null;
  if (side.op === "is") return `${side.entity_type}${side.in === undefined || !("entity" in side.in) ? "" : ` in ${nameOf(side.in.entity)}`}`;
  return "entity" in side ? `${side.op === "in" ? "in " : ""}${nameOf(side.entity)}` : null;
}

function nameOf(entity: Parameters<typeof refOf>[0]): string {
  const { type, id } = refOf(entity);
  return `${type} ${id}`;
}
