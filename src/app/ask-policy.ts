import { actorName, type StaffActor } from "../identity/actor.ts";
import { notAllowed } from "../identity/identity.errors.ts";
import type { Clock } from "../lib/clock.ts";
import { recordInLedger } from "../observe/ledger.ts";
import { createCedarPolicy } from "../policy/adapters/cedar.ts";
import { permitsSomebody } from "../policy/default-permits.ts";
import type { Policy, PolicyEntity } from "../policy/policy.ts";
import type { PolicyFolder } from "../policy/read-policy-folder.ts";
import type { Database } from "../storage/database.ts";
import type { ApprovalRow } from "../tools/approvals/approval.store.ts";
import { placeOfApproval } from "../tools/approvals/decide/edit-approval.ts";
import { principalOf } from "./principal-of.ts";

export type AskPolicyDeps = { database: Database; clock: Clock; policy: Policy; workspace: { policy: Pick<PolicyFolder, "files" | "schema"> } };

/** Who asks: a sign-in, or whoever runs commands on the machine, as `ApiKey::"cli"`. */
export type Asker = { tenantId: string; name: string; principal: PolicyEntity };

type Question = { action: "approve" | "changePolicy" | "export"; resource: PolicyEntity; context: Record<string, unknown> };

export function askerOf(actor: StaffActor): Asker {
  return { tenantId: actor.tenantId, name: actorName(actor), principal: principalOf(actor) };
}

type CommandDeps = Pick<AskPolicyDeps, "database" | "clock"> & { tenantId: string; workspace: { policy: PolicyFolder } };

/** A change by the command line. Throws `identity.not_allowed`. */
export async function askForCommand(deps: CommandDeps): Promise<void> {
  await askToChangePolicy(...byCommand(deps));
}

/** An export by the command line. Throws `identity.not_allowed`. */
export async function askToExportByCommand(deps: CommandDeps, dataset: Dataset): Promise<void> {
  const [asking, asker] = byCommand(deps);
  await askToExport(asking, asker, dataset);
}

function byCommand(deps: CommandDeps): [AskPolicyDeps, Asker] {
  return [{ ...deps, policy: createCedarPolicy(deps.workspace.policy) }, { tenantId: deps.tenantId, name: "cli", principal: { type: "ApiKey", id: "cli" } }];
}

/** Throws `identity.not_allowed` when the policies keep this one from changing policies and the autonomy ladder. */
export async function askToChangePolicy(deps: AskPolicyDeps, asker: Asker): Promise<void> {
  await ask(deps, asker, { action: "changePolicy", resource: { type: "Workspace", id: asker.tenantId }, context: {} });
}

/** What can be given out: all that is stored of one contact, or the whole ledger. */
export type Dataset = "contact" | "ledger";

/** Throws `identity.not_allowed` when the policies keep this one from giving the data out. */
export async function askToExport(deps: AskPolicyDeps, asker: Asker, dataset: Dataset): Promise<void> {
  await ask(deps, asker, { action: "export", resource: { type: "Dataset", id: dataset }, context: {} });
}

/** Throws `identity.not_allowed` when the policies keep this one from deciding about the call. */
export async function askToApprove(deps: AskPolicyDeps, asker: Asker, approval: ApprovalRow): Promise<void> {
  const { tool, risk, facts, channel, amount_cents: amountCents, turn_intent: intent } = approval;
  const { contact } = await placeOfApproval(deps, asker.tenantId, approval);
  const context = { tool, facts, channel, isVerified: contact?.isVerified === true, risk, ...(amountCents === null ? {} : { amountCents }), ...(intent === null ? {} : { intent }) };
  await ask(deps, asker, { action: "approve", resource: { type: "Tool", id: tool, attributes: { risk } }, context });
}

/**
 * Asks the policies besides the roles, which were asked before. Where no policy permits the action to anybody, the roles
 * decide alone, unless a policy forbids it. A no is in the ledger.
 */
async function ask(deps: AskPolicyDeps, { tenantId, name, principal }: Asker, { action, resource, context }: Question): Promise<void> {
  const decision = deps.policy.decide({ principal, action, resource, context });
  if (decision.effect === "allow") return;
  if (decision.effect === "deny" && decision.rules.length === 0 && !permitsSomebody(deps.workspace.policy, action)) return;
  await deps.database.transaction(tenantId, (query) => recordInLedger(query, tenantId, [{ kind: "policy.denied", subjectId: `${resource.type}:${resource.id}`, actor: name, at: new Date(deps.clock.nowMs()), body: { action, rules: decision.rules, reason: decision.reason, policy: deps.policy.hash } }]));
  throw notAllowed({ message: decision.reason });
}
