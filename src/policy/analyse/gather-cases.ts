import { isRecord } from "../../lib/is-record.ts";
import type { PolicyDecision, PolicyRequest } from "../policy.ts";
import type { CaseTried } from "./query-policies.ts";

export type AllowingDecision = Exclude<PolicyDecision, { effect: "deny" }>;
/** What is known in one case, by path (`context.facts.status`); what is not there is not known. */
export type TriedCase = Readonly<Record<string, string | number | boolean>>;
/** Cases of one principal and resource that were decided alike; `cases` are the first of `count`. */
export type DecidedCases = { who: string; action: string; resource: string; decision: AllowingDecision; count: number; cases: TriedCase[] };
export type GatheredCases = { /** All that were looked at. */ tried: number; /** Those where the condition holds. */ asked: number; decided: DecidedCases[] };

/** Keeps the cases of a query that are allowed or wait for approval, at most `keep` of each kind, and counts all. */
export function gatherCases(keep: number): { gathered: GatheredCases; onCase: CaseTried } {
  const gathered: GatheredCases = { tried: 0, asked: 0, decided: [] };
  const kinds = new Map<string, DecidedCases>();
  return {
    gathered,
    onCase(request, decision) {
      gathered.tried += 1;
      if (decision === null) return;
      gathered.asked += 1;
      if (decision.effect === "deny") return;
      const { action, resource: { id: resource } } = request;
      const who = whoOf(request);
      const key = JSON.stringify([who, resource, decision.effect, decision.rules]);
      let kind = kinds.get(key);
      if (kind === undefined) {
        kind = { who, action, resource, decision, count: 0, cases: [] };
        kinds.set(key, kind);
        gathered.decided.push(kind);
      }
      kind.count += 1;
      if (kind.cases.length < keep) kind.cases.push(knownIn(request));
    },
  };
}

/** `AiAgent`, `HumanAgent in Role admin`; by name where a policy names one. */
function whoOf({ principal: { type, id, parents = [] } }: PolicyRequest): string {
  const named = id.startsWith("(") ? type : `${type} ${id}`;
  return parents.length === 0 ? named : `${named} in ${parents.map((parent) => `${parent.type} ${parent.id}`).join(", ")}`;
}

function knownIn({ principal, resource, context }: PolicyRequest): TriedCase {
  const known: Record<string, string | number | boolean> = {};
  const walk = (path: string, value: unknown) => {
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") known[path] = value;
    else if (isRecord(value)) for (const [name, inner] of Object.entries(value)) walk(`${path}.${name}`, inner);
  };
  walk("principal", principal.attributes);
  walk("resource", resource.attributes);
  walk("context", context);
  return known;
}
