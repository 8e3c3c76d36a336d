import type { Clock } from "../../lib/clock.ts";
import { readWebhookSecret, signWebhook } from "../../lib/webhook-signature.ts";
import type { Outbound } from "../../outbound/outbound.ts";
import type { ApprovalNotice } from "../approvals/notices/approval-notice.ts";
import { systemAway } from "../tools.errors.ts";

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 64_000;

/**
 * Posts `{ type: "approval.requested", timestamp, text, data }`; `text` is where chat webhooks look for a line.
 * Source: Standard Webhooks 1.0 (webhook-id, webhook-timestamp, webhook-signature).
 */
export function createApprovalWebhook(deps: { outbound: Pick<Outbound, "send">; clock: Clock }, hook: { url: string; secret: string | null }): ApprovalNotice {
  return {
    name: "webhook",
    async send({ id, subject, text, link, approvalId, deadlineAt, people }) {
      const nowMs = deps.clock.nowMs();
      const timestamp = String(Math.floor(nowMs / 1_000));
      const body = JSON.stringify({ type: "approval.requested", timestamp: new Date(nowMs).toISOString(), text: `${subject}\n${link}`, data: { approvalId, deadlineAt, link, people, mail: { subject, text } } });
      const headers = { "content-type": "application/json", "webhook-id": id, "webhook-timestamp": timestamp, ...(hook.secret === null ? {} : { "webhook-signature": `v1,${signWebhook(readWebhookSecret(hook.secret), { id, timestamp, body })}` }) };
      const { status } = await deps.outbound.send({ method: "POST", url: new URL(hook.url), headers, body: new TextEncoder().encode(body) }, { timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES, timeUp: null, attempt: null });
      if (status >= 300) throw systemAway({ message: `The address of notices about approvals answered ${status}.` });
    },
  };
}
