import { z } from "@hono/zod-openapi";

/** Shapes of the HTTP API about the ledger, retention, holds and what is known of a person. Times are ISO 8601 UTC. */

export const ledgerEntryView = z
  .object({ id: z.string(), /** Its link; null until it is chained. */ seq: z.number().nullable(), kind: z.string(), subjectId: z.string(), caseId: z.string().nullable(), actor: z.string(), at: z.string(), body: z.record(z.string(), z.unknown()), hash: z.string().nullable() })
  .openapi("LedgerEntry");
export type LedgerEntryView = z.output<typeof ledgerEntryView>;

/** `removed`: contents that were taken out under a rule. `keyIds`: of the keys that signed it. */
export const ledgerVerdictView = z
  .object({ ok: z.boolean(), checked: z.number(), removed: z.number(), anchors: z.number(), head: z.object({ seq: z.number(), hash: z.string() }).nullable(), keyIds: z.array(z.string()), problems: z.array(z.string()) })
  .openapi("LedgerVerdict");
export type LedgerVerdictView = z.output<typeof ledgerVerdictView>;

/** Public halves (PEM, Ed25519), and the signed heads that were kept. */
export const ledgerProofView = z
  .object({
    keys: z.array(z.object({ id: z.string(), publicKey: z.string() })),
    anchors: z.array(z.object({ day: z.string(), seq: z.number(), hash: z.string(), at: z.string(), keyId: z.string(), signature: z.string() })),
  })
  .openapi("LedgerProof");
export type LedgerProofView = z.output<typeof ledgerProofView>;

/** One thing that happened in a case, in plain words. `facts`: rule, passage, model, version and the like, as they were recorded. `isProven` false: the text is not the one that the ledger recorded. */
const accountStep = z.object({
  seq: z.number().nullable(), at: z.string(), who: z.string(), what: z.string(), said: z.string().nullable(), isProven: z.boolean().nullable(),
  facts: z.array(z.object({ name: z.string(), value: z.string() })), kind: z.string(), entryId: z.string(), turnId: z.string().nullable(),
});
export type AccountStep = z.output<typeof accountStep>;

/** A case as its ledger tells it, the oldest first. `forgotten`: entries whose contents are gone. */
export const caseAccountView = z
  .object({ caseId: z.string(), conversationId: z.string().nullable(), contactId: z.string().nullable(), contactName: z.string().nullable(), subject: z.string().nullable(), status: z.enum(["open", "resolved", "forgotten"]), openedAt: z.string().nullable(), resolvedAt: z.string().nullable(), isHeld: z.boolean(), isCut: z.boolean(), steps: z.array(accountStep) })
  .openapi("CaseAccount");
export type CaseAccountView = z.output<typeof caseAccountView>;

export const holdView = z
  .object({ id: z.string(), contactId: z.string().nullable(), caseId: z.string().nullable(), reason: z.string(), placedBy: z.string(), placedAt: z.string(), liftedBy: z.string().nullable(), liftedAt: z.string().nullable(), liftReason: z.string().nullable() })
  .openapi("LegalHold");
export type HoldView = z.output<typeof holdView>;

/** `isEmptied`: the rows stay, without what they said of people. `days` null: kept for good. */
export const retentionReport = z
  .object({
    at: z.string(), isDry: z.boolean(), holds: z.number(),
    classes: z.array(z.object({ name: z.string(), days: z.number().nullable(), before: z.string().nullable(), tables: z.array(z.object({ table: z.string(), rows: z.number(), isEmptied: z.boolean() })) })),
  })
  .openapi("RetentionReport");
export type RetentionReport = z.output<typeof retentionReport>;

export const retentionView = z.object({ next: z.string().nullable(), last: retentionReport.nullable(), lastError: z.string().nullable(), preview: retentionReport }).openapi("Retention");
export type RetentionView = z.output<typeof retentionView>;

/** What is stored of a person, by table, in numbers. */
export const personView = z
  .object({ contactId: z.string(), stores: z.array(z.object({ table: z.string(), about: z.string(), rows: z.number() })), holds: z.array(holdView) })
  .openapi("PersonData");
export type PersonView = z.output<typeof personView>;
