import type { Notice } from "../approval-words.ts";

/** Who is told, and of what. The texts say what is to be decided; they decide nothing, and their link asks for a sign-in. */
export type ApprovalNoticeInput = Notice & {
  /** The same whenever the same notice is sent again. */
  id: string;
  tenantId: string; approvalId: string; deadlineAt: string | null;
  /** Those who may decide now, their deputies in place of who is away. */
  people: readonly { email: string; name: string }[];
};

/**
 * A way to tell people that a call waits for them: a webhook, a mail.
 *
 * Errors: any throw means "not sent"; it is sent again later, with the same `id`.
 * Repeats: may be called again with an id that was sent; the other side can tell by it.
 */
export type ApprovalNotice = { name: string; send(notice: ApprovalNoticeInput): Promise<void> };
