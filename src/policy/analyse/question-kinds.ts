import { isRecord } from "../../lib/is-record.ts";
import type { Rule } from "../cedar/read-rules.ts";
import { actionsOf, type SchemaJson } from "../cedar/schema.ts";
import { attributeTypeAt, resolveType, shapeOf, type PathOwner } from "./attribute-type.ts";
import { addAskedValues, newAskedValues, type AskedValues } from "./condition-values.ts";
import { resourceIds, type PolicySurroundings } from "./request-space.ts";

/** What may be said of a request; `values`: texts that policies name at this path. */
export type QuestionField = { path: string; kind: "Long" | "String" | "Boolean"; isRequired: boolean; values: string[] };
/** `groups`: what the principal may be in, where policies name it, as `Role admin`. */
export type QuestionKind = { action: string; principal: string; resourceType: string; resources: string[]; groups: string[]; fields: QuestionField[] };

/** Set by the server or by the ladder, so nobody is asked for them. */
const OWN = new Set(["context.tool", "context.autonomy", "resource.risk"]);

/** Every question that the schema knows, with what policies may look at. */
export function questionKinds(rules: readonly Rule[], schema: SchemaJson, surroundings: PolicySurroundings): QuestionKind[] {
  const asked = newAskedValues();
  for (const rule of rules) addAskedValues(asked, rule.json);
  return [...actionsOf(schema)].flatMap(([action, { appliesTo }]) =>
    (appliesTo?.resourceTypes ?? []).flatMap((resourceType) => (appliesTo?.principalTypes ?? []).map((principal): QuestionKind => {
      const owner = { action, principalType: principal, resourceType };
      return { action, principal, resourceType, resources: resourceIds({ surroundings }, resourceType, rules), groups: groupsOf(schema, principal, asked), fields: fieldsOf(schema, owner, asked) };
    })));
}

function groupsOf(schema: SchemaJson, principal: string, asked: AskedValues): string[] {
  const types = new Set(Object.values(schema).flatMap((namespace) => {
    const found = namespace.entityTypes[principal];
    return found !== undefined && "memberOfTypes" in found ? (found.memberOfTypes ?? []) : [];
  }));
  return [...new Set((asked.parents.get("principal") ?? []).filter((ref) => types.has(ref.type)).map(({ type, id }) => `${type} ${id}`))];
}

function fieldsOf(schema: SchemaJson, owner: PathOwner, asked: AskedValues): QuestionField[] {
  const roots = { context: actionsOf(schema).get(owner.action)?.appliesTo?.context, principal: shapeOf(schema, owner.principalType), resource: shapeOf(schema, owner.resourceType) };
  return Object.entries(roots).flatMap(([root, type]) => pathsUnder(schema, root, type)).filter((path) => !OWN.has(path)).flatMap((path) => {
    const type = attributeTypeAt(schema, owner, path);
    if (type === null || type.kind === "other") return [];
    const values = [...(asked.literals.get(path) ?? [])].filter((value) => typeof value === "string");
    return [{ path, kind: type.kind, isRequired: type.isRequired, values }];
  });
}

/** Records may hold records; a type that holds itself ends at some depth. */
function pathsUnder(schema: SchemaJson, path: string, type: unknown, depth = 0): string[] {
  const attributes = resolveType(schema, type)["attributes"];
  if (!isRecord(attributes) || depth > 4) return [];
  return Object.entries(attributes).flatMap(([name, inner]) => {
    const own = `${path}.${name}`;
    const deeper = pathsUnder(schema, own, inner, depth + 1);
    return deeper.length > 0 ? deeper : [own];
  });
}
