import assert from "node:assert/strict";
import { test } from "node:test";
import { noticeMail, outcomeWords } from "./approval-words.ts";

const approval = {
  id: "appr_1", described_as: "Refund order 1044: €89.00 to the card.", reason: "Refunds are looked at.", deadline_at: "2026-01-02T15:04:05.000Z", amount_cents: 8_900, currency: "EUR", risk: "money" as const,
  rule: { groups: [{ anyOf: [{ kind: "role" as const, role: "agent" }], people: 2 }], deadlineMs: 60_000 },
};

test("a mail says what is to be decided, until when, by whom, and decides nothing itself", () => {
  const mail = noticeMail(approval, "https://desk.example/");
  assert.equal(mail.subject, "Please decide: Refund order 1044: €89.00 to the card");
  assert.equal(mail.link, "https://desk.example/console/approvals/appr_1");
  for (const part of ["Refund order 1044: €89.00 to the card", "Amount: 89.00 EUR", "Risk: money", "2 of role agent", "2026-01-02 15:04 UTC", mail.link, "decides nothing"]) assert.ok(mail.text.includes(part), part);
});

test("no line of a mail can be made by what a call is about", () => {
  const mail = noticeMail({ ...approval, described_as: "Note:\r\nBcc: eve@example.com\nhello", reason: "x\n\nhttps://evil.example" }, "https://desk.example");
  assert.ok(!/[\r\n]/.test(mail.subject));
  assert.ok(!mail.text.split("\n").some((line) => /^(Bcc|https:\/\/evil)/.test(line)));
});

test("what the contact is told follows the decision and the call, and what could not be done goes to a person", () => {
  const about = (status: "approved" | "refused" | "expired" | "withdrawn", call: "ok" | "failed" | "denied", editedBy: string | null = null) => outcomeWords({ status, described_as: "Refund order 1.", edited_by: editedBy }, { status: call, say: call === "ok" ? "Refunded." : null, needsPerson: false });
  assert.deepEqual(about("approved", "ok"), { text: "A colleague has approved it. Refunded.", handoff: null });
  assert.match(about("approved", "ok", "user:u")?.text ?? "", /with a change: Refund order 1\. Refunded/);
  assert.equal(about("approved", "failed")?.handoff, "tool.failed");
  assert.equal(about("approved", "denied")?.handoff, "policy.denied");
  assert.deepEqual([about("refused", "denied")?.handoff, about("expired", "denied")?.handoff, about("withdrawn", "denied")], [null, "approval.expired", null]);
});
