import type { CedarValueJson, EntityJson, StatefulAuthorizationCall } from "@cedar-policy/cedar-wasm/nodejs";
import { isRecord } from "../../lib/is-record.ts";
import type { EntityRef, PolicyEntity, PolicyRequest } from "../policy.ts";

/** A request as Cedar takes it, without the policies. `groups`: of the action, as the schema says. */
export function toCall(request: PolicyRequest, groups: readonly string[]): Omit<StatefulAuthorizationCall, "preparsedPolicySetId"> {
  const action = { type: "Action", id: request.action };
  const entities = [request.principal, request.resource].map(toEntity);
  if (groups.length > 0) entities.push({ uid: action, attrs: {}, parents: groups.map((id) => ({ type: "Action", id })) });
  return { principal: uidOf(request.principal), action, resource: uidOf(request.resource), context: toRecord(request.context), entities: isSame(request.principal, request.resource) ? merged(entities) : entities };
}

function toEntity(entity: PolicyEntity): EntityJson {
  return { uid: uidOf(entity), attrs: toRecord(entity.attributes ?? {}), parents: (entity.parents ?? []).map(uidOf) };
}

function uidOf({ type, id }: EntityRef): EntityRef {
  return { type, id };
}

function isSame(left: EntityRef, right: EntityRef): boolean {
  return left.type === right.type && left.id === right.id;
}

/** Cedar takes an entity once: who asks about themselves is principal and resource, and what is said of either counts. */
function merged([principal, resource, ...others]: EntityJson[]): EntityJson[] {
  if (principal === undefined || resource === undefined) return others;
  return [{ uid: principal.uid, attrs: { ...principal.attrs, ...resource.attrs }, parents: [...principal.parents, ...resource.parents] }, ...others];
}

/** Cedar knows whole numbers, texts, truth values, sets, records and entities; anything else is left out rather than guessed. */
function toRecord(value: Record<string, unknown>): Record<string, CedarValueJson> {
  const result: Record<string, CedarValueJson> = {};
  for (const [key, entry] of Object.entries(value)) {
    const made = toValue(entry);
    if (made !== undefined) result[key] = made;
  }
  return result;
}

function toValue(value: unknown): CedarValueJson | undefined {
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isSafeInteger(value) ? value : undefined;
  if (Array.isArray(value)) return value.map(toValue).filter((each) => each !== undefined);
  if (!isRecord(value)) return undefined;
  const { entity } = value;
  if (isRecord(entity) && typeof entity["type"] === "string" && typeof entity["id"] === "string" && Object.keys(value).length === 1) return { __entity: { type: entity["type"], id: entity["id"] } };
  return toRecord(value);
}
