import type { PolicyJson } from "@cedar-policy/cedar-wasm/nodejs";
import type { EntityRef, PolicyRequest } from "../policy.ts";
import type { Rule } from "./read-rules.ts";
import { passesGuard, readGuard, type RuleGuard } from "./rule-guard.ts";

/** Rules that can say something about a request; `key` is the same for the same rules. */
export type Slice = { key: string; rules: readonly Rule[] };

/**
 * Rules by the heads of their action, principal and resource, and by what their condition asks first, so that a decision
 * looks at few of many.
 *
 * A rule left out has a head or a first condition that does not hold for the request: Cedar evaluates those before the rest,
 * so it could neither be satisfied nor fail, and the slices together decide as the whole does. What names resources and what is for all
 * of a kind are two slices: the first are many and small, the second few, large and always at hand.
 */
export type RuleIndex = { slicesOf(request: PolicyRequest): Slice[] };

const ANY = "*";
const SLICES_KEPT = 10_000;

/** `groupsOf`: the action's groups in the schema, direct and indirect. */
export function createRuleIndex(rules: readonly Rule[], groupsOf: (action: string) => readonly string[]): RuleIndex {
  const groups = new Map<string, Group[]>();
  let ordinal = 0;
  for (const rule of rules) {
    const guard = readGuard(rule.json);
    for (const action of actionHeads(rule.json)) {
      const key = `${action}\n${principalHead(rule.json)}\n${resourceHead(rule.json)}`;
      const here = groups.get(key) ?? [];
      groups.set(key, here);
      const same = here.find((group) => isSame(group.guard, guard));
      if (same === undefined) here.push({ ordinal: ordinal++, guard, rules: [rule] });
      else same.rules.push(rule);
    }
  }
  const slices = new Map<string, Slice>();
  const sliceOf = (request: PolicyRequest, actions: readonly string[], resources: readonly string[]): Slice[] => {
    const found = actions.flatMap((action) => [ANY, request.principal.type].flatMap((principal) => resources.flatMap((resource) => groups.get(`${action}\n${principal}\n${resource}`) ?? [])))
      .filter((group) => group.guard === null || passesGuard(group.guard, request));
    if (found.length === 0) return [];
    const key = [...new Set(found.map((group) => group.ordinal))].sort((left, right) => left - right).join();
    const known = slices.get(key);
    if (known !== undefined) return [known];
    const slice = { key, rules: [...new Set(found.flatMap((group) => group.rules))] };
    if (slices.size >= SLICES_KEPT) slices.clear();
    slices.set(key, slice);
    return [slice];
  };
  return {
    slicesOf(request) {
      const { principal, resource } = request;
      const actions = [ANY, request.action, ...groupsOf(request.action)];
      // What is in the asker, or is the asker, is in what the asker is in.
      const isOfAsker = [resource, ...(resource.parents ?? [])].some((each) => nameOf(each) === nameOf(principal));
      const holders = [...(resource.parents ?? []), ...(isOfAsker ? (principal.parents ?? []) : [])];
      const named = [`== ${nameOf(resource)}`, `in ${nameOf(resource)}`, ...new Set(holders.map((holder) => `in ${nameOf(holder)}`))];
      return [...sliceOf(request, actions, [ANY, `is ${resource.type}`]), ...sliceOf(request, actions, named)];
    },
  };
}

/** Rules of one head with one guard. */
type Group = { ordinal: number; guard: RuleGuard | null; rules: Rule[] };

function isSame(left: RuleGuard | null, right: RuleGuard | null): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function nameOf({ type, id }: EntityRef): string {
  return JSON.stringify([type, id]);
}

function actionHeads({ action }: PolicyJson): string[] {
  if (action.op === "All") return [ANY];
  // A head that cannot be read is never left out.
  if (action.op === "==") return "entity" in action ? [refOf(action.entity).id] : [ANY];
  return ("entities" in action ? action.entities : [action.entity]).map((entity) => refOf(entity).id);
}

function principalHead({ principal }: PolicyJson): string {
  if (principal.op === "is") return principal.entity_type;
  return principal.op === "==" && "entity" in principal ? refOf(principal.entity).type : ANY;
}

function resourceHead({ resource }: PolicyJson): string {
  if (resource.op === "is") return `is ${resource.entity_type}`;
  if (resource.op === "All" || !("entity" in resource)) return ANY;
  return `${resource.op} ${nameOf(refOf(resource.entity))}`;
}

function refOf(entity: { __entity: EntityRef } | EntityRef): EntityRef {
  return "__entity" in entity ? entity.__entity : entity;
}
