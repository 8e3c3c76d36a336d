import { z } from "zod";
import type { ApprovalRule, EntityRef, PolicyEntity, PolicyValue, WorkspacePolicy } from "./policy.ts";
import { accessRequestInvalid } from "./policy.errors.ts";

const MAX_EVALUATIONS = 100;

const name = z.string().min(1).max(500);
const properties = z.record(z.string(), z.unknown());
/** Drafts of the standard put properties beside `type` and `id`; both count. */
const entity = z.looseObject({ type: name, id: name, properties: properties.optional() });
const action = z.looseObject({ name, properties: properties.optional() });
const evaluation = z.object({ subject: entity, action, resource: entity, context: properties.optional() });
const evaluations = z.object({
  subject: entity.optional(), action: action.optional(), resource: entity.optional(), context: properties.optional(),
  evaluations: z.array(z.object({ subject: entity.optional(), action: action.optional(), resource: entity.optional(), context: properties.optional() })).max(MAX_EVALUATIONS).optional(),
  options: z.looseObject({ evaluations_semantic: z.enum(["execute_all", "deny_on_first_deny", "permit_on_first_permit"]).default("execute_all") }).default({ evaluations_semantic: "execute_all" }),
});

/** `decision` is true for an allow only: what waits for approval is not allowed yet, and `context.approval` says by whom it would be. */
export type AccessDecision = { decision: boolean; context: { rules: string[]; reason?: string; needs_person?: boolean; approval?: ApprovalRule } };

/** Answers one question of OpenID AuthZEN 1.0 by the workspace's policies. Throws `policy.access_request_invalid` (400). */
export function evaluateAccess(policy: WorkspacePolicy, body: unknown): AccessDecision {
  return decideOne(policy, read(evaluation, body));
}

/**
 * Answers several; what an evaluation leaves out is taken from the top. Without evaluations the top is the one question.
 * `deny_on_first_deny` and `permit_on_first_permit` end with the first such answer. Throws `policy.access_request_invalid` (400).
 */
export function evaluateAccesses(policy: WorkspacePolicy, body: unknown): AccessDecision | { evaluations: AccessDecision[] } {
  const { evaluations: given = [], options, ...shared } = read(evaluations, body);
  if (given.length === 0) return decideOne(policy, read(evaluation, shared));
  // All are read before the first is decided: a body is right as a whole or not at all.
  const questions = given.map((each, index) => read(evaluation, { ...shared, ...each }, `evaluations[${index}]: `));
  const answers: AccessDecision[] = [];
  for (const question of questions) {
    const answer = decideOne(policy, question);
    answers.push(answer);
    if (answer.decision ? options.evaluations_semantic === "permit_on_first_permit" : options.evaluations_semantic === "deny_on_first_deny") break;
  }
  return { evaluations: answers };
}

function decideOne(policy: WorkspacePolicy, asked: z.infer<typeof evaluation>): AccessDecision {
  const context = { ...asked.context, ...(asked.action.properties === undefined ? {} : { action: asked.action.properties }) };
  const decision = policy.decide({ principal: withParents(toEntity(asked.subject), policy), action: asked.action.name, resource: toEntity(asked.resource), context });
  if (decision.effect === "allow") return { decision: true, context: { rules: decision.rules } };
  if (decision.effect === "approve") return { decision: false, context: { rules: decision.rules, reason: decision.reason, approval: decision.by } };
  return { decision: false, context: { rules: decision.rules, reason: decision.reason, needs_person: decision.needsPerson } };
}

/** The properties by which other systems say what a subject belongs to, and the entity types that stand for them. */
const BELONGS: Record<string, RegExp> = { groups: /(^|::)groups?$/i, roles: /(^|::)roles?$/i };

/** A subject with `groups` or `roles` is in them, where the schema lets its type be in such: `User in [Role]` and `roles: ["admin"]` make it be in `Role::"admin"`. */
function withParents(subject: PolicyEntity, { parentTypes }: WorkspacePolicy): PolicyEntity {
  const parents = Object.entries(BELONGS).flatMap(([property, isFor]): EntityRef[] => {
    const given = subject.attributes?.[property];
    const ids = typeof given === "string" ? [given] : Array.isArray(given) ? given : [];
    return parentTypes(subject.type).filter((type) => isFor.test(type)).flatMap((type) => ids.map((id) => ({ type, id })));
  });
  return parents.length === 0 ? subject : { ...subject, parents };
}

function toEntity({ type, id, properties: given, ...beside }: z.infer<typeof entity>): PolicyEntity {
  const attributes: Record<string, PolicyValue> = {};
  for (const [key, value] of Object.entries({ ...beside, ...given })) {
    const known = policyValue.safeParse(value);
    // What Cedar has no value for is left out, so that a policy that needs it fails and denies.
    if (known.success) attributes[key] = known.data;
  }
  return { type, id, attributes };
}

const policyValue: z.ZodType<PolicyValue> = z.union([z.string(), z.number().int(), z.boolean(), z.array(z.string()), z.strictObject({ entity: z.strictObject({ type: name, id: name }) })]);

function read<T>(schema: z.ZodType<T>, body: unknown, where = ""): T {
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw accessRequestInvalid({ message: `${where}${z.prettifyError(parsed.error)}` });
  return parsed.data;
}
