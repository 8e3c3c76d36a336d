import { isRecord } from "../../lib/is-record.ts";
import type { EntityRef, PolicyEntity, PolicyRequest, PolicyValue } from "../policy.ts";
import { actionsOf, type SchemaJson } from "../cedar/schema.ts";
import type { Rule } from "../cedar/read-rules.ts";
import { attributeTypeAt, type PathOwner } from "./attribute-type.ts";
import { addAskedValues, newAskedValues, refOf, type AskedValues, type Literal } from "./condition-values.ts";

/** What a workspace has that policies name. */
export type PolicySurroundings = { tools: ReadonlyMap<string, { risk: string }>; audiences: readonly string[] };

/** One kind of principal doing one thing to one resource: all requests that its rules can tell apart. */
export type RequestCell = {
  owner: PathOwner;
  resource: EntityRef;
  rules: readonly Rule[];
  size: number;
  /** Why not every case is in it; empty: what holds for all of them holds for every request. */
  gaps: string[];
  requests(): Generator<PolicyRequest>;
};

const MAX_SIZE = 60_000;
export const OTHER = "(any other)";

/**
 * The cells of every action of the schema, or of one. Numbers are held just below, at and above each boundary the rules
 * name, texts at each text they name and one other, flags at both, what may be missing missing, roles in every combination.
 */
export function requestCells(input: { rules: readonly Rule[]; extra?: readonly Rule[]; schema: SchemaJson; surroundings: PolicySurroundings; action?: string; resource?: string }): RequestCell[] {
  const cells: RequestCell[] = [];
  for (const [action, { appliesTo }] of actionsOf(input.schema)) {
    if (appliesTo === undefined || (input.action !== undefined && input.action !== action)) continue;
    for (const resourceType of appliesTo.resourceTypes)
      for (const principalType of appliesTo.principalTypes) {
        const ofAction = input.rules.filter((rule) => concernsKind(rule, { action, principalType, resourceType }));
        for (const id of resourceIds(input, resourceType, ofAction)) {
          if (input.resource !== undefined && input.resource !== id) continue;
          cells.push(makeCell(input.schema, input.surroundings, { action, principalType, resourceType }, { type: resourceType, id }, ofAction.filter((rule) => concernsResource(rule, id)), input.extra ?? []));
        }
      }
  }
  return cells;
}

/** What there is of a type: the workspace's tools and audiences, of others those that rules name, and any other. */
export function resourceIds({ surroundings, resource }: { surroundings: PolicySurroundings; resource?: string }, type: string, rules: readonly Rule[]): string[] {
  if (type === "Tool") return [...surroundings.tools.keys()];
  if (type === "Audience") return [...surroundings.audiences];
  const asked = newAskedValues();
  for (const rule of rules) addAskedValues(asked, rule.json);
  const named = (asked.ids.get("resource") ?? []).filter((ref) => ref.type === type).map((ref) => ref.id);
  return [...new Set([...named, ...(resource === undefined ? [] : [resource]), OTHER])];
}

function concernsKind({ json }: Rule, { action, principalType, resourceType }: PathOwner): boolean {
  // Groups of actions may hold this one; whether they do is Cedar's to say.
  const isAction = json.action.op !== "==" || !("entity" in json.action) || refOf(json.action.entity).id === action;
  const fits = (head: Rule["json"]["principal"], type: string) => (head.op === "is" ? head.entity_type === type : head.op !== "==" || !("entity" in head) || refOf(head.entity).type === type);
  return isAction && fits(json.principal, principalType) && fits(json.resource, resourceType);
}

function concernsResource({ json: { resource } }: Rule, id: string): boolean {
  return resource.op !== "==" || !("entity" in resource) || refOf(resource.entity).id === id;
}

type Choice = { path: string; values: readonly (PolicyValue | undefined)[] } | { path: "principal#" | "resource#"; values: readonly { id: string; parents: EntityRef[] }[] };

function makeCell(schema: SchemaJson, surroundings: PolicySurroundings, owner: PathOwner, resource: EntityRef, rules: readonly Rule[], extra: readonly Rule[]): RequestCell {
  const asked = newAskedValues();
  for (const rule of [...rules, ...extra]) addAskedValues(asked, rule.json);
  const gaps = [...asked.unknown].map((operator) => `a condition uses "${operator}"`);
  const fixed: Record<string, PolicyValue> = owner.resourceType === "Tool" ? { risk: surroundings.tools.get(resource.id)?.risk ?? "irreversible" } : {};
  const choices: Choice[] = [
    { path: "principal#", values: identities(asked, "principal", owner.principalType, [OTHER], gaps) },
    { path: "resource#", values: identities(asked, "resource", owner.resourceType, [resource.id], gaps).filter((each) => each.id === resource.id) },
  ];
  for (const path of asked.literals.keys()) {
    if (path.startsWith("resource.") && path.slice("resource.".length) in fixed) continue;
    const values = valuesOf(schema, owner, asked, path);
    if (values === null) continue;
    choices.push({ path, values });
  }
  const size = choices.reduce((product, choice) => product * choice.values.length, 1);
  if (size > MAX_SIZE) gaps.push(`${size} cases are too many; ${MAX_SIZE} of them were looked at`);
  return { owner, resource, rules, size: Math.min(size, MAX_SIZE), gaps, requests: () => walkCases({ owner, resource, fixed, choices, size }) };
}

/** Who the principal can be: by name where a rule names one, and in every combination of the groups that rules name. */
function identities(asked: AskedValues, side: "principal" | "resource", type: string, others: readonly string[], gaps: string[]): { id: string; parents: EntityRef[] }[] {
  const named = (asked.ids.get(side) ?? []).filter((ref) => ref.type === type).map((ref) => ref.id);
  const groups = [...new Map((asked.parents.get(side) ?? []).map((ref) => [JSON.stringify([ref.type, ref.id]), ref])).values()];
  if (groups.length > 6) gaps.push(`${groups.length} groups are too many to combine`);
  const combined = groups.slice(0, 6).reduce<EntityRef[][]>((sets, group) => [...sets, ...sets.map((set) => [...set, group])], [[]]);
  return [...new Set([...named, ...others])].flatMap((id) => combined.map((parents) => ({ id, parents })));
}

/** Null: the path leads nowhere here, or to a record, so there is nothing to choose. */
function valuesOf(schema: SchemaJson, owner: PathOwner, asked: AskedValues, path: string): (PolicyValue | undefined)[] | null {
  const type = attributeTypeAt(schema, owner, path);
  if (type === null || type.kind === "other") return null;
  const family = familyOf(asked, path);
  const literals = new Set<Literal>([...family].flatMap((each) => [...(asked.literals.get(each) ?? [])]));
  const missing = type.isRequired ? [] : [undefined];
  if (type.kind === "Boolean") return [...missing, true, false];
  if (type.kind === "String") return [...missing, ...[...literals].filter((each) => typeof each === "string"), ...Array.from({ length: family.size }, (_, index) => (index === 0 ? OTHER : `${OTHER} ${index + 1}`))];
  const numbers = [...literals].filter((each) => typeof each === "number");
  // Below the lowest, at each, and above each up to the next: places enough for all of the family to differ there.
  const places = Array.from({ length: family.size }, (_, index) => index + 1);
  const around = new Set(numbers.length === 0 ? [0, ...places] : [...places.map((place) => Math.min(...numbers) - place), ...numbers.flatMap((each) => [each, ...places.map((place) => each + place)])]);
  return [...missing, ...[...around].sort((left, right) => left - right)];
}

/** The paths that are compared with this one, directly or through others; each needs a place of its own between two boundaries. */
function familyOf(asked: AskedValues, path: string): Set<string> {
  const family = new Set([path]);
  for (let before = 0; before !== family.size; ) {
    before = family.size;
    for (const [left, right] of asked.pairs) if (family.has(left) || family.has(right)) [left, right].forEach((each) => family.add(each));
  }
  return family;
}

/** Every case once, in an order that meets different ones early. */
function* walkCases({ owner, resource, fixed, choices, size }: { owner: PathOwner; resource: EntityRef; fixed: Record<string, PolicyValue>; choices: readonly Choice[]; size: number }): Generator<PolicyRequest> {
  const step = stepFor(size);
  for (let round = 0, place = 0; round < Math.min(size, MAX_SIZE); round += 1, place = (place + step) % size) {
    const principal: PolicyEntity = { type: owner.principalType, id: OTHER, attributes: {} };
    const aim: PolicyEntity = { ...resource, attributes: { ...fixed } };
    const context: Record<string, unknown> = owner.resourceType === "Tool" ? { tool: resource.id, facts: {} } : {};
    let rest = place;
    for (const { path, values } of choices) {
      const value = values[rest % values.length];
      rest = Math.floor(rest / values.length);
      if (typeof value === "object" && "parents" in value) Object.assign(path === "principal#" ? principal : aim, value);
      else if (value !== undefined) putAt({ principal: principal.attributes ?? {}, resource: aim.attributes ?? {}, context }, path.split("."), value);
      else putAt({ principal: principal.attributes ?? {}, resource: aim.attributes ?? {}, context }, path.split(".").slice(0, -1), null);
    }
    yield { principal, action: owner.action, resource: aim, context };
  }
}

/** A step that shares no factor with `size`, so that all places are met. */
function stepFor(size: number): number {
  const factor = (left: number, right: number): number => (right === 0 ? left : factor(right, left % right));
  let step = Math.max(1, Math.floor(size * 0.618));
  while (factor(size, step) !== 1) step += 1;
  return step;
}

/** Sets a value at a path; `null` makes the records on the way only. */
export function putAt(root: Record<string, Record<string, unknown>>, names: readonly string[], value: PolicyValue | null): void {
  let at: Record<string, unknown> = root;
  names.forEach((name, index) => {
    if (index === names.length - 1 && value !== null) at[name] = value;
    else {
      const next = at[name];
      const record = isRecord(next) ? next : {};
      at[name] = record;
      at = record;
    }
  });
}
