import * as cedar from "@cedar-policy/cedar-wasm/nodejs";
import { messageOf } from "../../lib/app-error.ts";
import { sha256 } from "../../lib/sha256.ts";
import { allOf, oneOf } from "../approval-rule.ts";
import { preparse } from "../cedar/preparsed.ts";
import { readRules, type PolicyFile, type Rule } from "../cedar/read-rules.ts";
import { mayAllow } from "../cedar/may-allow.ts";
import { createRuleIndex, type RuleIndex, type Slice } from "../cedar/rule-index.ts";
import { actionGroups, parentTypes, readSchema } from "../cedar/schema.ts";
import { toCall } from "../cedar/to-cedar.ts";
import type { PolicyDecision, PolicyRequest, WorkspacePolicy } from "../policy.ts";
import { policyInvalid } from "../policy.errors.ts";

const CACHE_LIMIT = 10_000;
/** Requests come from outside too: 10,000 long ones would fill the memory. */
const LONGEST_KEPT = 4_000;
const NOBODY_ALLOWS = "No policy allows this.";
const PEOPLE_ASKED = "A person has to approve this.";

/** `files`: the same policies with their names, for messages. */
export type CedarSource = { policies: string; schema: string | null; files?: readonly PolicyFile[] };

/**
 * Cedar policies, parsed once and decided by slices. Same request, same answer: decisions are remembered, since a decision is a pure function.
 *
 * Annotations: `@id` names the rule, `@reason` explains it to a person, `@needs_person` sends it to a human agent,
 * `@approval` with `@people` and `@deadline` asks people: on a permit, it allows once they agree; on a forbid, it stops until they
 * agree, and only what a permit allows as well. A forbid without `@approval` is never lifted.
 * Throws `policy.invalid` with the parser's or validator's words.
 */
export function createCedarPolicy(source: CedarSource): WorkspacePolicy {
  const hash = sha256(`${source.policies}\n${source.schema ?? ""}`);
  const rules = readRules(source.files ?? [{ file: "policies", text: source.policies }]);
  if (source.schema !== null) validate(source.schema, rules);
  const schema = source.schema === null ? null : readSchema(source.schema);
  const groupsOf = actionGroups(schema);
  const set: RuleSet = { hash, byId: new Map(rules.map((rule) => [rule.id, rule])), place: new Map(rules.map((rule, index) => [rule.id, index])), index: createRuleIndex(rules, groupsOf), groupsOf };
  const decisions = createMemory<PolicyDecision>();
  const chances = createMemory<boolean>();
  return {
    id: "cedar",
    hash,
    decide: (request) => decisions(JSON.stringify(request), () => decide(set, request)),
    mayAllow: (request, unknown) => chances(JSON.stringify([request, unknown]), () => hasChance(set, request, unknown)),
    parentTypes: parentTypes(schema),
  };
}

/** What a pure function has said, by its question. */
function createMemory<T>(): (key: string, answer: () => T) => T {
  const kept = new Map<string, T>();
  return (key, answer) => {
    const known = kept.get(key);
    if (known !== undefined) return known;
    const made = answer();
    if (key.length > LONGEST_KEPT) return made;
    if (kept.size >= CACHE_LIMIT) kept.clear();
    kept.set(key, made);
    return made;
  };
}

type RuleSet = { hash: string; byId: ReadonlyMap<string, Rule>; place: ReadonlyMap<string, number>; index: RuleIndex; groupsOf(action: string): readonly string[] };

function decide(set: RuleSet, request: PolicyRequest): PolicyDecision {
  try {
    const groups = set.groupsOf(request.action);
    const call = toCall(request, groups);
    const slices = set.index.slicesOf(request);
    const first = ask(set, call, slices, "all");
    if (first.kind === "fault") return first.decision;
    if (first.kind === "allow") return allowed(first.fired);
    const hard = first.fired.filter((rule) => rule.approval === null);
    if (first.fired.length === 0 || hard.length > 0) return denied(first.fired, hard);
    // Cedar names the forbids alone, and only such as people may lift; whether something permits it besides is asked of the permits.
    const second = ask(set, call, slices, "permits");
    if (second.kind === "fault") return second.decision;
    if (second.kind === "deny") return denied(second.fired, second.fired);
    const permitted = allowed(second.fired);
    const rules = [...first.fired.map((rule) => rule.id), ...permitted.rules];
    return { effect: "approve", rules, reason: reasonOf(first.fired) ?? PEOPLE_ASKED, by: allOf([...approvalsOf(first.fired), ...(permitted.effect === "approve" ? [permitted.by] : [])]) };
  } catch (error) {
    return undecided(messageOf(error));
  }
}

function hasChance(set: RuleSet, request: PolicyRequest, unknown: readonly string[]): boolean {
  try {
    // A value of no plain kind keeps every rule in the slices that asks for one.
    const open = { ...request, context: { ...request.context, ...Object.fromEntries(unknown.map((name) => [name, {}])) } };
    return mayAllow(set.hash, set.index.slicesOf(open), toCall(request, set.groupsOf(request.action)), unknown);
  } catch {
    // As a decision: what cannot be decided is denied.
    return false;
  }
}

type Asked = { kind: "allow" | "deny"; fired: Rule[] } | { kind: "fault"; decision: PolicyDecision };

/** The slices decide together: a forbid in one outranks a permit in the other, and an error in one is an error of all. */
function ask(set: RuleSet, call: ReturnType<typeof toCall>, slices: readonly Slice[], how: "all" | "permits"): Asked {
  const fired: Rule[] = [];
  for (const slice of slices) {
    const rules = how === "all" ? slice.rules : slice.rules.filter((rule) => rule.effect === "permit");
    if (rules.length === 0) continue;
    const answer = cedar.statefulIsAuthorized({ ...call, preparsedPolicySetId: preparse(`${set.hash} ${how} ${slice.key}`, rules) });
    if (answer.type === "failure") return { kind: "fault", decision: undecided(answer.errors.map((error) => error.message).join("; ")) };
    const { errors, reason } = answer.response.diagnostics;
    // An error in one rule could hide a forbid, so it denies.
    if (errors.length > 0) return { kind: "fault", decision: { effect: "deny", rules: errors.map((error) => error.policyId), reason: "A policy could not be evaluated.", needsPerson: true } };
    fired.push(...reason.map((id) => set.byId.get(id)).filter((rule) => rule !== undefined));
  }
  const forbids = fired.filter((rule) => rule.effect === "forbid");
  const deciding = forbids.length > 0 ? forbids : fired;
  return { kind: fired.length > 0 && forbids.length === 0 ? "allow" : "deny", fired: deciding.sort((left, right) => (set.place.get(left.id) ?? 0) - (set.place.get(right.id) ?? 0)) };
}

/** A permit that asks nobody is enough; else the lightest of those that ask. */
function allowed(fired: readonly Rule[]): Exclude<PolicyDecision, { effect: "deny" }> {
  const free = fired.filter((rule) => rule.approval === null);
  if (free.length > 0) return { effect: "allow", rules: free.map((rule) => rule.id) };
  return { effect: "approve", rules: fired.map((rule) => rule.id), reason: reasonOf(fired) ?? PEOPLE_ASKED, by: oneOf(approvalsOf(fired)) };
}

function denied(fired: readonly Rule[], hard: readonly Rule[]): PolicyDecision {
  return { effect: "deny", rules: fired.map((rule) => rule.id), reason: reasonOf(hard) ?? NOBODY_ALLOWS, needsPerson: hard.every((rule) => rule.needsPerson) };
}

function undecided(why: string): PolicyDecision {
  return { effect: "deny", rules: [], reason: `The policy could not be decided: ${why}`, needsPerson: true };
}

function reasonOf(rules: readonly Rule[]): string | null {
  return rules.map((rule) => rule.reason).find((text) => text !== null) ?? null;
}

function approvalsOf(rules: readonly Rule[]) {
  return rules.map((rule) => rule.approval).filter((approval) => approval !== null);
}

function validate(schema: string, rules: readonly Rule[]): void {
  const answer = cedar.validate({ schema, policies: { staticPolicies: Object.fromEntries(rules.map((rule) => [rule.id, rule.text])) } });
  const errors = answer.type === "failure" ? answer.errors.map((error) => error.message) : answer.validationErrors.map(({ policyId, error }) => `${policyId}: ${error.message}`);
  if (errors.length > 0) throw policyInvalid({ message: errors.join("; ") });
}
