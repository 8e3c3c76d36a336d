import { isRecord } from "../../lib/is-record.ts";
import { actionsOf, type SchemaJson } from "../cedar/schema.ts";

/** What the schema says of a path such as `context.facts.status`. */
export type AttributeType = { kind: "Long" | "String" | "Boolean" | "other"; isRequired: boolean };

export type PathOwner = { action: string; principalType: string; resourceType: string };

/** Null where the schema knows no such path. */
export function attributeTypeAt(schema: SchemaJson, owner: PathOwner, path: string): AttributeType | null {
  const [root, ...names] = path.split(".");
  let type: unknown = root === "context" ? actionsOf(schema).get(owner.action)?.appliesTo?.context : shapeOf(schema, root === "principal" ? owner.principalType : owner.resourceType);
  let isRequired = true;
  for (const name of names) {
    const attributes = resolveType(schema, type)["attributes"];
    const next: unknown = isRecord(attributes) ? attributes[name] : undefined;
    if (!isRecord(next)) return null;
    isRequired = next["required"] !== false;
    type = next;
  }
  const kind = resolveType(schema, type)["type"];
  return { kind: kind === "Bool" || kind === "Boolean" ? "Boolean" : kind === "Long" || kind === "String" ? kind : "other", isRequired };
}

/** What an entity type of the schema is made of. */
export function shapeOf(schema: SchemaJson, entityType: string): unknown {
  for (const namespace of Object.values(schema)) {
    const found = namespace.entityTypes[entityType];
    if (found !== undefined) return "shape" in found ? found.shape : undefined;
  }
  return undefined;
}

/** A type by its name is looked up among the common types. */
export function resolveType(schema: SchemaJson, type: unknown): Record<string, unknown> {
  if (!isRecord(type)) return {};
  const name = type["type"] === "EntityOrCommon" ? type["name"] : type["type"];
  for (const namespace of Object.values(schema)) {
    const common = typeof name === "string" ? namespace.commonTypes?.[name] : undefined;
    if (common !== undefined) return resolveType(schema, common);
  }
  return type["type"] === "EntityOrCommon" ? { type: name } : type;
}
