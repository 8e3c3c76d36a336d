import { z } from "zod";
import type { Database, Row, TransactionQuery } from "../storage/database.ts";
import { appendLedgerEntries } from "../observe/ledger.store.ts";
import { makeLedgerEntry, type LedgerEntry } from "../observe/ledger.ts";
import type { Placeholder } from "../guard/redactor.ts";
import type { CaseFocus, TurnContext, TurnInput, TurnStatus } from "./turn.ts";
import { citation, type Citation, type MessageView, type StageView } from "../shapes/conversation.ts";
import { openRunsFrom } from "../workflows/run/open-run.store.ts";
import type { RunInput } from "../workflows/run/run-input.ts";
import { contextRow } from "./context-row.ts";
import { packStages } from "./stored-stages.ts";

/** SQL on every message's way: one prepared statement a stage, decided under the conversation's row lock. */

export type Begun =
  | { kind: "begun" | "finished"; caseId: string; holder: "ai" | "queue" | "human"; untilSeq: number; messageIds: string[]; receivedAt: string }
  | { kind: "joined" | "nothing" | "missing" };

const BEGIN = {
  name: "turn_begin",
  textOf: (lock: string) => `with item as materialized (
      select * from jsonb_to_recordset($2::jsonb) as x(ord int, conversation_id text, turn_id text, case_id text, at timestamptz)
    ), held as materialized (
      select c.id from conversation c where c.tenant_id = $1 and c.id in (select i.conversation_id from item i) for update ${lock}
    )
    select i.ord, h.id is null and ${lock !== ""} as is_skipped, b.outcome, b.case_id, b.holder, b.until_seq, b.message_ids, b.first_received_at, x.contact, x.focus, x.claimed, x.recent, x.placeholders, x.questions
    from item i left join held h on h.id = i.conversation_id left join lateral begin_turn($1, h.id, i.turn_id, i.case_id, i.at) b on true
    left join lateral turn_context($1, h.id, case when b.outcome = 'begun' then i.turn_id end, b.until_seq) x on true`,
};

/** What was claimed, and what the turn works on, when it begins: read in the same statement. */
export type Claim = { begun: Begun; context: Omit<TurnContext, "round"> | null };

/** Claims all that waits in the conversation for this turn. Idempotent per turn id. */
export async function beginTurn(database: Database, input: TurnInput, newCaseId: string, at: Date): Promise<Claim> {
  const row = await database.batch(input.tenantId, BEGIN, { key: input.conversationId, values: { conversation_id: input.conversationId, turn_id: input.turnId, case_id: newCaseId, at } });
  const kind = row?.["outcome"];
  if (row && (kind === "begun" || kind === "finished")) {
    const ids = row["message_ids"];
    const begun: Begun = { kind, caseId: String(row["case_id"]), holder: toHolder(row["holder"]), untilSeq: Number(row["until_seq"]), messageIds: Array.isArray(ids) ? ids.map(String) : [], receivedAt: String(row["first_received_at"]) };
    return { begun, context: kind === "begun" ? contextRow(input, row) : null };
  }
  return { begun: { kind: kind === "joined" || kind === "nothing" ? kind : "missing" }, context: null };
}

const CONTEXT = {
  name: "turn_context",
  textOf: () => `select a.ord, x.* from jsonb_to_recordset($2::jsonb) as a(ord int, conversation_id text, turn_id text, until_seq bigint)
    cross join lateral turn_context($1, a.conversation_id, a.turn_id, a.until_seq) x`,
};

/**
 * Reads what a turn works on up to message `untilSeq` (null: all it has claimed). The texts are immutable, so a replay that
 * names the same end reads the same, whatever has joined since.
 */
export async function readContext(database: Database, input: TurnInput, untilSeq: number | null): Promise<Omit<TurnContext, "round">> {
  const row = await database.batch(input.tenantId, CONTEXT, { key: input.turnId, values: { conversation_id: input.conversationId, turn_id: input.turnId, until_seq: untilSeq } });
  return contextRow(input, row);
}

// The first turn that has read the message; one that a run answers is not over, since the run speaks when it comes to it.
const REPLY = {
  name: "turn_reply",
  textOf: () => `select a.ord, m.*, m.id is null and coalesce((select t.status <> 'running' and coalesce(t.decision !~ '^(workflow|answer):', true) from turn t
        where t.tenant_id = $1 and t.conversation_id = a.conversation_id and t.until_seq >= a.after_seq order by t.until_seq, t.id limit 1), false) as is_over
    from jsonb_to_recordset($2::jsonb) as a(ord int, conversation_id text, after_seq bigint)
    left join lateral (select id, seq, case_id, author, author_name, channel, body, citations, turn_id, created_at from message
      where tenant_id = $1 and conversation_id = a.conversation_id and seq > a.after_seq and author in ('ai', 'human') order by seq limit 1) m on true`,
};

const replyRow = z.object({
  id: z.string(), seq: z.number(), case_id: z.string().nullable(), author: z.enum(["ai", "human"]), author_name: z.string().nullable(), channel: z.string(), body: z.string(), citations: z.array(citation), turn_id: z.string().nullable(), created_at: z.string(),
});

/** The first message to the contact after `seq`, by the AI or a person; `none` when the turn of message `seq` is over without one. */
export async function findReply(database: Database, tenantId: string, conversationId: string, seq: number): Promise<MessageView | "none" | "not_yet"> {
  const found = await database.batch(tenantId, REPLY, { key: conversationId, values: { conversation_id: conversationId, after_seq: seq } });
  if (found === null || found["id"] === null) return found?.["is_over"] === true ? "none" : "not_yet";
  const row = replyRow.parse(found);
  return { id: row.id, seq: row.seq, conversationId, caseId: row.case_id, author: row.author, authorName: row.author_name, channel: row.channel, text: row.body, citations: row.citations, turnId: row.turn_id, createdAt: row.created_at };
}

export async function savePlaceholders(database: Database, tenantId: string, caseId: string, placeholders: readonly Placeholder[]): Promise<void> {
  if (placeholders.length === 0) return;
  await database.query(tenantId, { name: "placeholder_save", text: `insert into placeholder (tenant_id, case_id, token, kind, value) select $1, $2, * from unnest($3::text[], $4::text[], $5::text[]) on conflict do nothing` }, [
    tenantId, caseId, placeholders.map((p) => p.token), placeholders.map((p) => p.kind), placeholders.map((p) => p.value),
  ]);
}

export type TurnOutcome = {
  /** The last message this reply has heard; null when it may be sent whatever has joined. */
  untilSeq: number | null;
  messageId: string;
  text: string;
  authorName: string | null;
  citations: readonly Citation[];
  channel: string;
  /** Name of the channel when the reply must be pushed; null when it is read from the store. */
  pushChannel: string | null;
  outboxId: string;
  intent: string | null;
  decision: string;
  reason: string;
  model: string | null;
  costMicroUsd: number;
  stages: readonly StageView[];
  focus: CaseFocus;
  subject: string | null;
  handoff: { id: string; reason: string; summary: unknown; tried: unknown } | null;
  /** To be started after the reply; on record from the moment it is stored. */
  runs: readonly RunInput[];
  /** Deliver even when newer messages wait (an effect has happened and must be told). */
  isForced: boolean;
  /** The rule of the autonomy ladder that lets it be sent, asked again as it is stored; null: sent whatever the ladder says. */
  ladder: { rule: string | null } | null;
  ledger: readonly LedgerEntry[];
};

// One statement for all replies that are ready together. The first update decides under the row lock whether the AI may
// speak; the rest hangs on its row.
const DELIVER = {
  name: "turn_deliver",
  textOf: (lock: string) => `with item as materialized (
      select * from jsonb_to_recordset($2::jsonb) as x(ord int, conversation_id text, turn_id text, at timestamptz, message_id text, author_name text, channel text, body text, citations jsonb,
        intent text, decision text, reason text, model text, cost_micro_usd bigint, stages jsonb, focus jsonb, handoff_id text, handoff_reason text, handoff_summary jsonb, handoff_tried jsonb,
        is_forced boolean, end_offset_us bigint, subject text, outbox_id text, push_channel text, ledger jsonb, runs jsonb, until_seq bigint, is_laddered boolean, autonomy_rule text)
    ), held as materialized (
      select c.id from conversation c where c.tenant_id = $1 and c.id in (select i.conversation_id from item i) for no key update ${lock}
    ), conv as (
      update conversation c set last_seq = c.last_seq + 1, updated_at = i.at, running_turn_id = null, running_since = null,
        holder = case when i.handoff_id is null then c.holder else 'queue' end
      from item i join held h on h.id = i.conversation_id
      where c.tenant_id = $1 and c.id = i.conversation_id and c.running_turn_id = i.turn_id and c.holder = 'ai' and (c.pending_count = 0 or i.is_forced)
        and (i.until_seq is null or exists (select from turn t where t.tenant_id = $1 and t.id = i.turn_id and t.until_seq = i.until_seq))
        and not (i.is_laddered and (exists (select from autonomy_switch w where w.tenant_id = $1 and w.rung in ('suggest', 'draft', 'act_with_approval'))
          or exists (select from autonomy_level l where l.tenant_id = $1 and l.rule = i.autonomy_rule and l.level in ('off', 'suggest', 'draft'))))
      returning i.ord, c.last_seq, c.pending_count
    ), sent as materialized (
      select i.*, conv.last_seq, conv.pending_count, t.case_id from conv join item i on i.ord = conv.ord join turn t on t.tenant_id = $1 and t.id = i.turn_id
    ), reply as (
      insert into message (tenant_id, id, conversation_id, case_id, seq, author, author_name, channel, body, citations, turn_id, created_at)
      select $1, s.message_id, s.conversation_id, s.case_id, s.last_seq, 'ai', s.author_name, s.channel, s.body, s.citations, s.turn_id, s.at from sent s
    ), ended as (
      update turn t set status = case when s.handoff_id is null then 'replied' else 'handed_off' end, intent = s.intent, decision = s.decision, reason = s.reason, model = s.model, cost_micro_usd = s.cost_micro_usd,
        reply_message_id = s.message_id, finished_at = s.at, stages = s.stages || jsonb_build_array(
          jsonb_build_object('stage', 'deliver', 'reason', 'sent, committed with the check of the holder', 'offsetUs', s.end_offset_us, 'durationUs', (extract(epoch from clock_timestamp() - statement_timestamp()) * 1e6)::bigint),
          jsonb_build_object('stage', 'record', 'reason', 'ledger, trace and cost in the same transaction', 'offsetUs', s.end_offset_us, 'durationUs', 0))
      from sent s where t.tenant_id = $1 and t.id = s.turn_id
    ), focused as (
      update support_case k set focus = s.focus, intent = coalesce(s.intent, k.intent), subject = coalesce(k.subject, s.subject) from sent s where k.tenant_id = $1 and k.id = s.case_id
    ), handed as (
      insert into handoff (tenant_id, id, conversation_id, case_id, turn_id, status, reason, summary, tried, requested_at)
      select $1, s.handoff_id, s.conversation_id, s.case_id, s.turn_id, 'waiting', s.handoff_reason, s.handoff_summary, s.handoff_tried, s.at from sent s where s.handoff_id is not null
      on conflict (tenant_id, conversation_id) where status in ('waiting', 'held') do nothing
    ), pushed as (
      insert into outbox (tenant_id, id, message_id, conversation_id, channel, status, next_attempt_at, created_at)
      select $1, s.outbox_id, s.message_id, s.conversation_id, s.push_channel, 'pending', s.at, s.at from sent s where s.push_channel is not null
    ), opened as (
      ${openRunsFrom("s.runs", "sent s cross join lateral ")}
    ), written as (
      insert into ledger_entry (tenant_id, id, kind, subject_id, case_id, actor, at, body)
      select $1, l.id, l.kind, l."subjectId", l."caseId", l.actor, l.at, l.body
      from sent s cross join lateral jsonb_to_recordset(s.ledger) as l(id text, kind text, "subjectId" text, "caseId" text, actor text, at timestamptz, body text)
    )
    select ord, last_seq, pending_count, false as is_skipped from sent
    union all select i.ord, null, null, true from item i where not exists (select from held h where h.id = i.conversation_id) and ${lock !== ""}`,
};

export type Delivered =
  | { kind: "sent"; seq: number; pendingCount: number }
  | { kind: "repeat"; status: TurnStatus; pendingCount: number }
  | { kind: "silent"; pendingCount: number }
  | { kind: "joined"; untilSeq: number }
  /** The ladder was lowered since it was decided: a person looks at the reply first. */
  | { kind: "limited" };

/**
 * Stores the reply and ends the turn, if the AI may still speak and nothing newer waits; else says what happened instead.
 * The reply, the trace, the hand-off, the runs' records, the outbox row and the ledger entries are one transaction. Idempotent per turn id.
 */
export async function deliverTurn(database: Database, input: TurnInput, outcome: TurnOutcome, at: Date): Promise<Delivered> {
  const handoff = outcome.handoff;
  const row = await database.batch(input.tenantId, DELIVER, {
    key: input.conversationId,
    values: {
      conversation_id: input.conversationId, turn_id: input.turnId, at, message_id: outcome.messageId, author_name: outcome.authorName, channel: outcome.channel, body: outcome.text, citations: outcome.citations,
      intent: outcome.intent, decision: outcome.decision, reason: outcome.reason, model: outcome.model, cost_micro_usd: outcome.costMicroUsd, stages: packStages(outcome.stages), focus: outcome.focus,
      handoff_id: handoff?.id ?? null, handoff_reason: handoff?.reason ?? null, handoff_summary: handoff?.summary ?? {}, handoff_tried: handoff?.tried ?? [], is_forced: outcome.isForced, end_offset_us: endOffsetUs(outcome.stages),
      subject: outcome.subject, outbox_id: outcome.outboxId, push_channel: outcome.pushChannel, ledger: outcome.ledger, runs: outcome.runs, until_seq: outcome.untilSeq, is_laddered: outcome.ladder !== null, autonomy_rule: outcome.ladder?.rule ?? null,
    },
  });
  if (typeof row?.["last_seq"] === "number") return { kind: "sent", seq: row["last_seq"], pendingCount: Number(row["pending_count"]) };
  return database.transaction(input.tenantId, (query) => explainUndelivered(query, input, outcome, at));
}

/** Nothing was sent: the turn had ended before, somebody else holds the conversation, or newer messages join this turn. */
async function explainUndelivered(query: TransactionQuery, input: TurnInput, outcome: Pick<TurnOutcome, "untilSeq" | "intent" | "stages" | "isForced" | "ladder">, at: Date): Promise<Delivered> {
  const { untilSeq } = outcome;
  const conv = (await query("select holder, pending_count, last_seq, running_turn_id from conversation where tenant_id = $1 and id = $2 for update", [input.tenantId, input.conversationId]))[0];
  const turn = (await query("select status, until_seq from turn where tenant_id = $1 and id = $2", [input.tenantId, input.turnId]))[0];
  const status = turn?.["status"];
  if (status === "replied" || status === "handed_off" || status === "silent" || status === "failed") return { kind: "repeat", status, pendingCount: Number(conv?.["pending_count"] ?? 0) };
  if (conv?.["holder"] !== "ai" || conv["running_turn_id"] !== input.turnId) {
    const pendingCount = Number(conv?.["pending_count"] ?? 0);
    await closeTurn(query, input, { status: "silent", reason: "holder.not_ai", at, trace: outcome });
    return { kind: "silent", pendingCount };
  }
  // They had joined before, and a crash kept that from the journal.
  const joinedUntil = Number(turn?.["until_seq"] ?? 0);
  if (untilSeq !== null && joinedUntil > untilSeq) return { kind: "joined", untilSeq: joinedUntil };
  if (outcome.ladder !== null && (outcome.isForced || Number(conv["pending_count"]) === 0)) return { kind: "limited" };
  const untilLast = Number(conv["last_seq"]);
  await joinWaiting(query, input, untilLast);
  return { kind: "joined", untilSeq: untilLast };
}

/** Claims what has come meanwhile for a turn under way. Under the conversation's row lock; `lastSeq` is that row's. */
export async function joinWaiting(query: TransactionQuery, input: TurnInput, lastSeq: number): Promise<void> {
  await query("update inbox set turn_id = $3 where tenant_id = $1 and conversation_id = $2 and turn_id is null", [input.tenantId, input.conversationId, input.turnId]);
  await query("update conversation set pending_count = 0 where tenant_id = $1 and id = $2", [input.tenantId, input.conversationId]);
  await query("update turn set joins = joins + 1, until_seq = $3 where tenant_id = $1 and id = $2", [input.tenantId, input.turnId, lastSeq]);
}

/** Ends a turn without a reply; recorded in the ledger in the same transaction. */
export async function closeTurn(query: TransactionQuery, input: TurnInput, end: { status: "silent" | "failed"; reason: string; at: Date; trace?: Pick<TurnOutcome, "intent" | "stages"> }): Promise<void> {
  const { intent = null, stages = [] } = end.trace ?? {};
  const turn = await query("update turn set status = $3, reason = $4, finished_at = $5, intent = coalesce($6, intent), stages = case when $7::jsonb = '[]' then stages else $7::jsonb end where tenant_id = $1 and id = $2 and status = 'running' returning case_id", [
    input.tenantId, input.turnId, end.status, end.reason, end.at, intent, JSON.stringify(packStages(stages)),
  ]);
  await query("update conversation set running_turn_id = null, running_since = null where tenant_id = $1 and id = $2 and running_turn_id = $3", [input.tenantId, input.conversationId, input.turnId]);
  if (turn.length === 0) return;
  const caseId = turn[0]?.["case_id"];
  await appendLedgerEntries(query, input.tenantId, [makeLedgerEntry({ kind: `turn.${end.status}`, subjectId: input.conversationId, caseId: typeof caseId === "string" ? caseId : null, actor: "baton", at: end.at, body: { turnId: input.turnId, reason: end.reason } })]);
}

export type Neglected = { conversationId: string; lastSeq: number; turnId: string | null };

/**
 * Messages nobody claimed (the engine was away when they came), and turns that run far longer than any may: the engine has
 * lost them, and they are begun again under their own id.
 */
export async function listNeglected(database: Database, tenantId: string, ages: { unclaimedMs: number; runningMs: number }, limit: number): Promise<Neglected[]> {
  // A time well ahead of now was written before a clock was set back; waiting for it could take years.
  const rows = await database.query(
    tenantId,
    {
      name: "turn_neglected",
      text: `select id, last_seq, null as turn_id from conversation where tenant_id = $1 and pending_count > 0 and running_turn_id is null and (updated_at < now() - make_interval(secs => $2) or updated_at > now() + interval '1 minute')
        union all select id, last_seq, running_turn_id from conversation where tenant_id = $1 and running_turn_id is not null and (running_since < now() - make_interval(secs => $3) or running_since > now() + interval '1 minute') limit $4`,
    },
    [tenantId, ages.unclaimedMs / 1000, ages.runningMs / 1000, limit],
  );
  return rows.map((row: Row) => ({ conversationId: String(row["id"]), lastSeq: Number(row["last_seq"]), turnId: typeof row["turn_id"] === "string" ? row["turn_id"] : null }));
}

function toHolder(value: unknown): "ai" | "queue" | "human" {
  return value === "human" || value === "queue" ? value : "ai";
}

function endOffsetUs(stages: readonly StageView[]): number {
  const last = stages.at(-1);
  return last === undefined ? 0 : last.offsetUs + last.durationUs;
}
