import { didYouMean } from "../../lib/did-you-mean.ts";
import { isRecord } from "../../lib/is-record.ts";
import { createCedarPolicy } from "../adapters/cedar.ts";
import { readRules, type Rule } from "../cedar/read-rules.ts";
import { createRuleAsker } from "../cedar/satisfied-rules.ts";
import { actionGroups, actionsOf, readSchema } from "../cedar/schema.ts";
import { questionUnknown } from "../policy.errors.ts";
import type { ApprovalRule, EntityRef, PolicyDecision, PolicyRequest } from "../policy.ts";
import type { PolicyFolder } from "../read-policy-folder.ts";
import { addAskedValues, newAskedValues } from "./condition-values.ts";
import { requestCells, type PolicySurroundings } from "./request-space.ts";
import { readWhere } from "./where.ts";

export type PolicyQuestion = { action: string; resource: string | null; where: string | null };

/** One kind of principal, with the groups it is in. `allow`, `approve`: the policies that decided so in at least one case; empty: never. */
export type PolicyAnswer = { principal: string; resource: string; groups: string[]; allow: string[]; approve: { rules: string[]; by: ApprovalRule }[]; /** Always, whenever the condition holds. */ isAlways: boolean; gaps: string[] };

/** One case that was tried. `null`: the condition does not hold there, so nothing was decided. */
export type CaseTried = (request: PolicyRequest, decision: PolicyDecision | null) => void;

/**
 * Who may do this: every kind of principal that may in at least one case of `requestCells` where the condition holds. `onCase` is
 * told of each case.
 * Needs a schema. Throws `policy.question_unknown`, `policy.question_invalid`.
 */
export function queryPolicies(folder: Pick<PolicyFolder, "files" | "policies" | "schema">, surroundings: PolicySurroundings, question: PolicyQuestion, onCase: CaseTried = () => {}): PolicyAnswer[] {
  if (folder.schema === null) throw questionUnknown({ message: "A query needs policies/schema.cedarschema: it says who can ask for what." });
  const schema = readSchema(folder.schema);
  const policy = createCedarPolicy(folder);
  if (!actionsOf(schema).has(question.action)) throw questionUnknown({ message: `There is no action "${question.action}" in this workspace.${didYouMean(question.action, [...actionsOf(schema).keys()])}` });
  const where = question.where === null ? null : readWhere(question.where, schema, question.action);
  const holds = where === null ? () => true : createConditionAsker(where, actionGroups(schema));
  const answers = new Map<string, PolicyAnswer>();
  const space = { rules: readRules(folder.files), extra: where === null ? [] : [where], schema, surroundings, action: question.action };
  const cells = requestCells({ ...space, ...(question.resource === null ? {} : { resource: question.resource }) });
  if (cells.length === 0) throw unknownResource(question, requestCells(space).map(({ resource }) => resource));
  for (const cell of cells)
    for (const request of cell.requests()) {
      if (!holds(request)) {
        onCase(request, null);
        continue;
      }
      const groups = (request.principal.parents ?? []).map((parent) => `${parent.type} ${parent.id}`);
      const isNamed = !request.principal.id.startsWith("(");
      const principal = isNamed ? `${request.principal.type} ${request.principal.id}` : request.principal.type;
      const key = JSON.stringify([principal, groups, cell.resource.id]);
      const answer = answers.get(key) ?? { principal, resource: cell.resource.id, groups, allow: [], approve: [], isAlways: true, gaps: cell.gaps };
      answers.set(key, answer);
      const decision = policy.decide(request);
      onCase(request, decision);
      if (decision.effect === "allow") answer.allow = [...new Set([...answer.allow, ...decision.rules])];
      else answer.isAlways = false;
      if (decision.effect === "approve" && !answer.approve.some((each) => each.rules.join() === decision.rules.join())) answer.approve.push({ rules: decision.rules, by: decision.by });
    }
  return [...answers.values()].filter((answer) => answer.allow.length > 0 || answer.approve.length > 0);
}

/** Nothing of this name can be asked about; or nothing at all, where the schema lets nobody do this. */
function unknownResource({ action, resource }: PolicyQuestion, known: readonly EntityRef[]): Error {
  const [first] = known;
  if (resource === null || first === undefined) return questionUnknown({ message: `Nobody can ask for "${action}" in this workspace: there is nothing it could be done with.` });
  const kind = first.type === "Tool" ? "tool" : first.type === "Audience" ? "audience" : first.type;
  return questionUnknown({ message: `There is no ${kind} "${resource}" in this workspace.${didYouMean(resource, [...new Set(known.map(({ id }) => id))])}` });
}

/** Whether the condition holds; asked once for all cases that are the same in what it looks at. */
function createConditionAsker(where: Rule, groupsOf: (action: string) => readonly string[]): (request: PolicyRequest) => boolean {
  const ask = createRuleAsker([where], groupsOf);
  const asked = newAskedValues();
  addAskedValues(asked, where.json);
  const paths = [...asked.literals.keys()].map((path) => path.split("."));
  const known = new Map<string, boolean>();
  return (request) => {
    const roots: Record<string, unknown> = { principal: request.principal.attributes, resource: request.resource.attributes, context: request.context };
    const key = JSON.stringify([request.principal.type, request.principal.id, request.principal.parents, request.resource.id, paths.map((path) => path.reduce<unknown>((at, name) => (isRecord(at) ? at[name] : undefined), roots) ?? null)]);
    const isTrue = known.get(key) ?? ask(request).size > 0;
    known.set(key, isTrue);
    return isTrue;
  };
}
