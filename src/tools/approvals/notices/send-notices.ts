import { messageOf } from "../../../lib/app-error.ts";
import type { ApprovalDeps } from "../decide/approval-deps.ts";
import { claimNotices, listPeopleOf, markNoticed } from "./approval-notice.store.ts";
import type { ApprovalNotice } from "./approval-notice.ts";
import { findApproval } from "../approval.store.ts";
import { listVotes, rightsUsed, votesFor } from "../decide/approval-vote.store.ts";
import { noticeMail } from "../approval-words.ts";
import { fillPlaces } from "../fill-places.ts";

const BATCH = 50;

/**
 * Tells the people who are asked, or were handed a decision; each occasion once where the way works, and later and later again
 * where it does not. Every process may do it: a notice that one has taken is not another's. Returns how many were sent.
 */
export async function sendNotices(deps: Pick<ApprovalDeps, "database" | "clock" | "log">, ways: readonly ApprovalNotice[], about: { tenantId: string; publicUrl(): string }): Promise<number> {
  const { tenantId } = about;
  if (ways.length === 0) return 0;
  const at = new Date(deps.clock.nowMs());
  let sent = 0;
  for (const due of await claimNotices(deps.database, tenantId, at, BATCH)) {
    const approval = await findApproval(deps.database, tenantId, due.id);
    if (approval === null || approval.status !== "waiting") continue;
    const votes = votesFor(approval, await listVotes(deps.database, tenantId, [due.id]));
    const people = await listPeopleOf(deps.database, tenantId, fillPlaces(approval.rule, rightsUsed(votes)).open, at);
    try {
      for (const way of ways) await way.send({ ...noticeMail(approval, about.publicUrl()), id: `${due.id}.${due.number}`, tenantId, approvalId: due.id, deadlineAt: approval.deadline_at, people });
      await markNoticed(deps.database, tenantId, due);
      sent += 1;
    } catch (error) {
      deps.log.warn("approvals.notice_not_sent", { tenantId, approvalId: due.id, attempt: due.attempt, error: messageOf(error) });
    }
  }
  return sent;
}
