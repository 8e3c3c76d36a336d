import * as cedar from "@cedar-policy/cedar-wasm/nodejs";
import { policyInvalid } from "../policy.errors.ts";

export type SchemaJson = cedar.SchemaJson<string>;

/** A schema's parts, whatever their namespace. Throws `policy.invalid`. */
export function readSchema(text: string): SchemaJson {
  const answer = cedar.schemaToJsonWithResolvedTypes(text);
  if (answer.type === "failure") throw policyInvalid({ message: `The schema of the policies cannot be read: ${answer.errors.map((error) => error.message).join("; ")}` });
  return answer.json;
}

export function actionsOf(schema: SchemaJson): Map<string, cedar.ActionType<string>> {
  return new Map(Object.values(schema).flatMap((namespace) => Object.entries(namespace.actions)));
}

/** The types that an entity of this type may be `in`, directly, by the schema; none without one. */
export function parentTypes(schema: SchemaJson | null): (type: string) => readonly string[] {
  const types = new Map(Object.entries(schema ?? {}).flatMap(([name, { entityTypes }]) => Object.entries(entityTypes).map(([type, made]) => [name === "" ? type : `${name}::${type}`, made])));
  return (type) => {
    const found = types.get(type);
    return found !== undefined && "memberOfTypes" in found ? (found.memberOfTypes ?? []) : [];
  };
}

/** The groups that each action of the schema is in, direct and indirect. */
export function actionGroups(schema: SchemaJson | null): (action: string) => readonly string[] {
  if (schema === null) return () => [];
  const actions = actionsOf(schema);
  const found = new Map<string, readonly string[]>();
  for (const name of actions.keys()) {
    const groups = new Set<string>();
    const walk = (action: string) => {
      for (const { id } of actions.get(action)?.memberOf ?? []) {
        if (groups.has(id)) continue;
        groups.add(id);
        walk(id);
      }
    };
    walk(name);
    found.set(name, [...groups]);
  }
  return (action) => found.get(action) ?? [];
}
