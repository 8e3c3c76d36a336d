import type { Policy, PolicyDecision, PolicyEntity, PolicyRequest } from "../../policy/policy.ts";
import { fillPlaces, type Person } from "./fill-places.ts";

/** The people who said yes; `rights`: whose places they took, which differ where one stands in for another. */
export type Approvers = { people: readonly Person[]; rights: readonly Person[] };

/** A person as policies see one. */
function approverEntity({ userId, role }: Person): PolicyEntity {
  return { type: "HumanAgent", id: userId, parents: [{ type: "Role", id: role }] };
}

/**
 * What policy says about a call that people have approved. The rule:
 * - what policy forbids one of them, no approval lifts: each is asked as the principal, and a policy that says no stops the call;
 * - what one of them may do, they may let be done;
 * - else it is allowed as far as the caller may, with exactly these people's yes: when it asks for more or for others, it is not.
 *
 * "No policy allows this" is no policy that says no: a permit for the AI with `@approval` names its approvers itself.
 * Pure, as the policy is.
 */
export function judgeApproved(policy: Policy, request: PolicyRequest, { people, rights }: Approvers): PolicyDecision {
  const asPeople = people.map((person) => policy.decide({ ...request, principal: approverEntity(person) }));
  const forbidden = asPeople.find((each) => each.effect === "deny" && each.rules.length > 0);
  if (forbidden !== undefined) return forbidden;
  const decisions = [...asPeople, policy.decide(request)];
  const allowing = decisions.find((each) => each.effect === "allow" || (each.effect === "approve" && fillPlaces(each.by, rights).isComplete));
  if (allowing !== undefined) return { effect: "allow", rules: allowing.rules };
  return decisions.find((each) => each.effect === "approve") ?? decisions.at(-1) ?? { effect: "deny", rules: [], reason: "No policy allows this.", needsPerson: true };
}
