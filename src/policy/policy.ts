/** What policies may read of an entity. `{ entity }` points to another one, as an AI agent to the contact it acts for. */
export type PolicyValue = string | number | boolean | string[] | { entity: EntityRef };
export type EntityRef = { type: string; id: string };

/** `parents`: what it is `in`, as a human agent in `Role::"team-lead"`. */
export type PolicyEntity = EntityRef & { attributes?: Record<string, PolicyValue>; parents?: EntityRef[] };
export type PolicyRequest = { principal: PolicyEntity; action: string; resource: PolicyEntity; context: Record<string, unknown> };

/** Somebody who holds a role, or one person by id or e-mail. */
export type Approver = { kind: "role"; role: string } | { kind: "user"; user: string };

/**
 * Who has to say yes before the call is made. Every group must be filled, and a person counts for one group only, once.
 * `deadlineMs`: how long after asking nobody may approve any more; null leaves it to the workspace.
 */
export type ApprovalRule = { groups: { anyOf: Approver[]; people: number }[]; deadlineMs: number | null };

/**
 * `rules`: ids of the policies that decided. `approve`: allowed once the people of `by` have approved this exact call.
 * `needsPerson`: the rule stops the AI, but a human agent may still do it.
 */
export type PolicyDecision =
  | { effect: "allow"; rules: string[] }
  | { effect: "approve"; rules: string[]; reason: string; by: ApprovalRule }
  | { effect: "deny"; rules: string[]; reason: string; needsPerson: boolean };

/**
 * Decides by the workspace's policies. Default deny; an error while deciding is a deny.
 * Replay: pure; safe outside a step.
 */
export type Policy = {
  id: string;
  /** SHA-256 of the policies' text; goes into the ledger. */
  hash: string;
  decide(request: PolicyRequest): PolicyDecision;
};

/** What can be asked of the workspace's policies besides a decision. */
export type WorkspacePolicy = Policy & {
  /** Whether it could allow this, or ask people, for some value of these attributes of the context; false: it denies whatever they are. */
  mayAllow(request: PolicyRequest, unknown: readonly string[]): boolean;
  /** The types of what an entity of this type may be in, as the schema says. */
  parentTypes(type: string): readonly string[];
};
