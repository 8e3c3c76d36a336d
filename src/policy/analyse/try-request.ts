import type { PolicyRequest, PolicyValue } from "../policy.ts";
import { questionInvalid, questionUnknown } from "../policy.errors.ts";
import type { QuestionKind } from "./question-kinds.ts";
import { OTHER, putAt, type PolicySurroundings } from "./request-space.ts";

export type TriedRequest = { action: string; principal: string; resource: string; groups: readonly string[]; values: Readonly<Record<string, string | number | boolean>> };

const SOMEBODY = "somebody";

/** The request that a question describes. Throws `policy.question_unknown`, `policy.question_invalid`. */
export function tryRequest(kinds: readonly QuestionKind[], { tools }: Pick<PolicySurroundings, "tools">, tried: TriedRequest): PolicyRequest {
  const fitting = kinds.filter((each) => each.action === tried.action && each.principal === tried.principal);
  const kind = fitting.find((each) => each.resources.includes(tried.resource)) ?? fitting.find((each) => each.resources.includes(OTHER));
  if (kind === undefined) throw questionUnknown({ message: `The schema of the policies has no action "${tried.action}" of "${tried.principal}" on "${tried.resource}".` });
  const wrong = Object.keys(tried.values).filter((path) => !kind.fields.some((field) => field.path === path));
  if (wrong.length > 0) throw questionInvalid({ message: `The policies know nothing of ${wrong.join(", ")} here.` });
  const missing = kind.fields.filter((field) => field.isRequired && tried.values[field.path] === undefined);
  if (missing.length > 0) throw questionInvalid({ message: `Say ${missing.map((field) => field.path).join(", ")}, too: the policies always know it.` });
  const isTool = kind.resourceType === "Tool";
  const principal: Record<string, PolicyValue> = {};
  const resource: Record<string, PolicyValue> = isTool ? { risk: tools.get(tried.resource)?.risk ?? "irreversible" } : {};
  const context: Record<string, unknown> = isTool ? { tool: tried.resource } : {};
  for (const { path, kind: type } of kind.fields) {
    const value = tried.values[path];
    const names = path.split(".");
    if (value === undefined) putAt({ principal, resource, context }, names.slice(0, -1), null);
    else if (typeof value !== TYPES[type]) throw questionInvalid({ message: `${path} is ${WORDS[type]}.` });
    else putAt({ principal, resource, context }, names, value);
  }
  const parents = tried.groups.filter((group) => kind.groups.includes(group)).map((group) => ({ type: group.slice(0, group.indexOf(" ")), id: group.slice(group.indexOf(" ") + 1) }));
  return { principal: { type: kind.principal, id: SOMEBODY, attributes: principal, parents }, action: kind.action, resource: { type: kind.resourceType, id: tried.resource, attributes: resource }, context };
}

const TYPES = { Long: "number", String: "string", Boolean: "boolean" } as const;
const WORDS = { Long: "a whole number", String: "a text", Boolean: "true or false" } as const;
