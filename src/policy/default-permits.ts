import { readRules } from "./cedar/read-rules.ts";
import { actionGroups, readSchema } from "./cedar/schema.ts";
import type { PolicyFolder } from "./read-policy-folder.ts";

/**
 * Whether some policy of the workspace permits the action, or a group that it is in, to anybody. What none does is left to the roles of sign-ins, as
 * long as no policy forbids it, so that a workspace need not write down what roles may do anyway. Pure.
 */
export function permitsSomebody(source: Pick<PolicyFolder, "files" | "schema">, action: string): boolean {
  const names = new Set([action, ...actionGroups(source.schema === null ? null : readSchema(source.schema))(action)]);
  return readRules(source.files).some(({ effect, json }) => {
    if (effect !== "permit") return false;
    if (json.action.op === "All") return true;
    const named = "entities" in json.action ? json.action.entities : "entity" in json.action ? [json.action.entity] : [];
    // A head that cannot be read counts: then the policies decide.
    return named.length === 0 || named.some((entity) => names.has(("__entity" in entity ? entity.__entity : entity).id));
  });
}
