import type { ColumnType, Generated } from "kysely";
import type { Citation, HandoffView, StoredStage } from "../shapes/conversation.ts";

/** The tables as TypeScript sees them; kept beside the migrations by the test `the schema types match the database`. */

type Time = ColumnType<string, string | Date, string | Date>;
type Json<T> = ColumnType<T, string, string>;

export type Schema = {
  tenant: { id: string; name: string; knowledge_version: Generated<number>; created_at: Generated<string>; embedding_model: string | null; embedder: string | null; chunker: string | null; knowledge_pruned_to: Generated<number>; knowledge_pruned_at: Time | null };
  tenant_secret: { tenant_id: string; name: string; value: string };
  contact: { tenant_id: string; id: string; name: string | null; email: string | null; external_id: string | null; locale: string | null; created_at: Time };
  contact_identity: { tenant_id: string; kind: string; address: string; contact_id: string; is_verified: boolean; proof: string; created_at: Time };
  user_account: { tenant_id: string; id: string; email: string; name: string; role: "admin" | "agent"; password_hash: string; created_at: Time };
  user_session: { tenant_id: string; id: string; user_id: string; secret_hash: string; created_at: Time; expires_at: Time };
  api_key: { tenant_id: string; id: string; name: string; secret_hash: string; created_at: Time; revoked_at: Time | null; scopes: string[] | null };
  conversation: {
    tenant_id: string; id: string; contact_id: string; holder: Generated<"ai" | "queue" | "human">; assignee_id: string | null; current_case_id: string | null;
    last_seq: Generated<number>; pending_count: Generated<number>; running_turn_id: string | null; running_since: Time | null; created_at: Time; updated_at: Time;
  };
  support_case: {
    tenant_id: string; id: string; conversation_id: string; status: "open" | "resolved"; subject: string | null; intent: string | null;
    focus: Json<Record<string, unknown>>; opened_at: Time; resolved_at: Time | null;
  };
  message: {
    tenant_id: string; id: string; conversation_id: string; case_id: string | null; seq: number; author: "contact" | "ai" | "human" | "system";
    author_id: string | null; author_name: string | null; channel: string; body: string; citations: Json<Citation[]>; turn_id: string | null; created_at: Time;
  };
  inbox: { tenant_id: string; channel: string; channel_message_id: string; body_hash: string; message_id: string; conversation_id: string; turn_id: string | null; received_at: Time };
  turn: {
    tenant_id: string; id: string; conversation_id: string; case_id: string | null; status: "running" | "replied" | "handed_off" | "silent" | "failed";
    until_seq: number; joins: Generated<number>; intent: string | null; decision: string | null; reason: string | null; model: string | null;
    cost_micro_usd: Generated<number>; reply_message_id: string | null; stages: Json<StoredStage[]>; started_at: Time; finished_at: Time | null;
  };
  tool_call: {
    tenant_id: string; id: string; turn_id: string | null; conversation_id: string | null; tool: string; risk: "read" | "write" | "money" | "irreversible";
    arguments: Json<Record<string, unknown>>; status: "waiting" | "started" | "ok" | "not_found" | "refused" | "denied" | "failed"; reason: string | null; say: string | null;
    output: Json<unknown> | null; actor: string; duration_us: number; created_at: Time; event_depth: Generated<number>;
  };
  webhook_digest: { tenant_id: string; system: string; digest: string; taken_at: Time };
  tool_rate: { tenant_id: string; key: string; window_start: Time; calls: number };
  credential: { tenant_id: string; name: string; key_id: string; wrapped_key: string; sealed: string; updated_at: Time; updated_by: string };
  access_token: { tenant_id: string; key: string; key_id: string | null; wrapped_key: string | null; sealed: string | null; fresh_until: Time | null; leased_until: Time | null };
  model_call: { tenant_id: string; id: string; turn_id: string; model: string; record: Json<Record<string, unknown>>; created_at: Time };
  model_use: {
    tenant_id: string; id: string; at: Time; provider: string; model: string; route: string | null; purpose: string; turn_id: string | null; conversation_id: string | null; case_id: string | null; contact_id: string | null;
    user_id: string | null; api_key_id: string | null; workflow: string | null; run_id: string | null; stage: string | null; prompt_tokens: number; completion_tokens: number; cache_read_tokens: Generated<number>; cache_write_tokens: Generated<number>;
    is_estimated: boolean; micro_usd: number | null; charged_micro_usd: number; saved_micro_usd: number | null; cached: string | null; outcome: string; error_code: string | null; first_part_ms: number | null; duration_ms: number;
  };
  budget_use: {
    tenant_id: string; budget: string; subject: string; window_start: Time; spent_micro_usd: Generated<number>; holds: Generated<Json<unknown>>; soft_micro_usd: number | null; hard_micro_usd: number;
    refusals: Generated<number>; warned_at: Time | null;
  };
  intent_example: { tenant_id: string; id: string; text: string; intent: string; read_as: string | null; message_id: string | null; made_by: string; made_at: Time; learned_in: number | null };
  intent_training: { tenant_id: string; number: number; learned: number; before: Json<unknown>; after: Json<unknown>; made_by: string; made_at: Time; undone_by: string | null; undone_at: Time | null };
  intent_model: { tenant_id: string; hash: string; model: Uint8Array; report: Json<unknown> | null; made_at: Time };
  model_cache: { tenant_id: string; partition: string; question_hash: string; contact_id: string | null; embedder: string | null; vector: Uint8Array | null; answer: Json<unknown>; created_at: Time; expires_at: Time };
  model_grade: { tenant_id: string; prompt_hash: string; model: string; prompt: string; quality: number; micro_usd: number | null; intent: string | null; language: string; source: string; made_by: string; made_at: Time };
  model_router: { tenant_id: string; number: number; cases: number; trained_on: string; report: Json<unknown>; model: Uint8Array; made_by: string; made_at: Time };
  model_router_use: { tenant_id: string; number: number; version: number | null; made_by: string; made_at: Time };
  placeholder: { tenant_id: string; case_id: string; token: string; kind: string; value: string };
  handoff: {
    tenant_id: string; id: string; conversation_id: string; case_id: string | null; turn_id: string | null; status: HandoffView["status"]; reason: string;
    summary: Json<HandoffView["summary"]>; tried: Json<HandoffView["tried"]>; assignee_id: string | null; requested_at: Time; taken_at: Time | null; ended_at: Time | null;
  };
  outbox: {
    tenant_id: string; id: string; message_id: string; conversation_id: string; channel: string; status: "pending" | "sent" | "failed";
    attempts: Generated<number>; next_attempt_at: Time; last_error: string | null; created_at: Time; sent_at: Time | null;
  };
  channel_endpoint: { tenant_id: string; conversation_id: string; channel: string; address: string; updated_at: Time };
  document: {
    tenant_id: string; id: string; from_version: number; to_version: number | null; source_id: string; item: string; path: string; uri: string | null; title: string; language: string; audience: string[];
    product: string | null; brand: string | null; body: string; format: string; revision: string; fingerprint: string | null; warnings: Generated<Json<unknown>>; updated_at: Time; chunker: Generated<string>; next_revision: string | null; next_chunker: string | null;
  };
  chunk: { tenant_id: string; id: string; document_id: string; revision: string; ordinal: number; heading: string; body: string; text_hash: string; start_offset: number; end_offset: number; lead: Generated<string> };
  chunk_vector: { tenant_id: string; model: string; text_hash: string; vector: Uint8Array; from_version: number };
  source: {
    tenant_id: string; id: string; kind: string; settings: Json<unknown>; defaults: Json<unknown>; schedule: Json<unknown> | null; stale_after_minutes: number | null; is_declared: boolean; is_paused: Generated<boolean>;
    next_at: Time | null; last_ok_at: Time | null; stale_told_at: Time | null; created_at: Time; updated_at: Time;
  };
  source_sync: {
    tenant_id: string; id: string; source_id: string; status: "waiting" | "running" | "done" | "held" | "failed" | "cancelled"; started_by: string; accept_removals: boolean; again_by: string | null; invocation_id: string | null; phase: Generated<string>;
    listed: Generated<number>; added: Generated<number>; changed: Generated<number>; removed: Generated<number>; unchanged: Generated<number>; failed: Generated<number>; missing: Generated<number>; cursor: string | null;
    version_before: number | null; version_after: number | null; error: string | null; created_at: Time; touched_at: Time; ended_at: Time | null;
  };
  sync_item: { tenant_id: string; sync_id: string; item: string; seq: number; fingerprint: string | null; details: Json<unknown>; state: Generated<"open" | "seen" | "gone" | "moved" | "failed"> };
  source_file: { tenant_id: string; source_id: string; name: string; media_type: string | null; bytes: Uint8Array; sha256: string; uploaded_by: string; uploaded_at: Time };
  document_problem: { tenant_id: string; source_id: string; item: string; uri: string | null; code: string; reason: string; first_at: Time; last_at: Time };
  knowledge_snapshot: { tenant_id: string; name: string; version: number; note: string | null; made_by: string; made_at: Time };
  knowledge_change: { tenant_id: string; version: number; reason: string; subject: string | null; made_by: string; made_at: Time };
  knowledge_gap: {
    tenant_id: string; id: string; subject: string; status: Generated<"open" | "published" | "dismissed">; questions: Generated<number>; people: Generated<number>; terms: Json<unknown>; vector: Uint8Array | null; vector_model: string | null;
    first_at: Time; last_at: Time; draft: Json<unknown> | null; drafted_from: Time | null; file: string | null; decided_by: string | null; decided_at: Time | null; reason: string | null;
  };
  knowledge_question: { tenant_id: string; id: string; gap_id: string; conversation_id: string; case_id: string | null; contact_id: string; why: "declined" | "handed_off" | "unanswered"; body: string; reply: string | null; replied_at: Time | null; asked_at: Time };
  document_use: { tenant_id: string; document_id: string; last_found_at: Time; last_cited_at: Time | null };
  passage_correction: { tenant_id: string; id: string; document_id: string; heading: string; quote: string; kind: "draft_rejected" | "draft_edited" | "contradicted"; conversation_id: string; said: string; became: string | null; at: Time };
  knowledge_finding: {
    tenant_id: string; id: string; kind: "contradiction" | "outdated" | "unused" | "corrected"; document_id: string; other_id: string | null; passage: string | null; other_passage: string | null; reason: string; weight: number; status: Generated<"open" | "dismissed" | "gone">;
    first_at: Time; last_at: Time; decided_by: string | null; decided_at: Time | null;
  };
  knowledge_upkeep: { tenant_id: string; next_at: Time; handed_at: Time | null; started_at: Time | null; ended_at: Time | null; turns_until: Time; corrections_until: Time; checked_version: Generated<number>; checked_document: Generated<string>; error: string | null };
  ledger_entry: { tenant_id: string; id: string; kind: string; subject_id: string; case_id: string | null; actor: string; at: Time; body: string; salt: string | null };
  ledger_link: { tenant_id: string; seq: number; entry_id: string; previous_hash: string; hash: string; entry_hash: string | null };
  ledger_unsealed: { tenant_id: string; entry_id: string };
  ledger_key: { tenant_id: string; id: string; public_key: string; key_id: string; wrapped_key: string; sealed: string; created_at: Time };
  ledger_head: { tenant_id: string; seq: number; hash: string; at: string; key_id: string; signature: string };
  ledger_anchor: { tenant_id: string; day: string; seq: number; hash: string; at: string; key_id: string; signature: string };
  legal_hold: { tenant_id: string; id: string; contact_id: string | null; case_id: string | null; reason: string; placed_by: string; placed_at: Time; lifted_by: string | null; lifted_at: Time | null; lift_reason: string | null };
  daily_job: { tenant_id: string; job: string; next_at: Time; handed_at: Time | null; ended_at: Time | null; error: string | null; report: Json<unknown> | null };
  workflow_version: {
    tenant_id: string; hash: string; namespace: string; name: string; version: string; file: string; text: string; published_at: Time; published_by: string; is_active: boolean;
  };
  workflow_run: {
    tenant_id: string; id: string; namespace: string; name: string; version: string; hash: string; status: "running" | "waiting" | "completed" | "failed" | "cancelled"; started_by: string;
    conversation_id: string | null; contact_id: string | null; case_id: string | null; turn_id: string | null; parent_run_id: string | null; depth: number; invocation_id: string; attempt: number;
    pointer: string | null; input: Json<unknown> | null; output: Json<unknown> | null; context: Json<unknown> | null; error: Json<unknown> | null; resume: Json<unknown> | null;
    started_at: Time; ended_at: Time | null; duration_us: number | null;
  };
  workflow_task: {
    tenant_id: string; run_id: string; pointer: string; iteration: number; seq: number; attempt: number; name: string; kind: string; status: "running" | "completed" | "skipped" | "failed" | "caught";
    offset_us: number; duration_us: number; queued_us: number; input: Json<unknown> | null; input_from: string | null; output: Json<unknown> | null; called_with: Json<unknown> | null; rounds: number | null; branch: string | null; reason: string | null; error: Json<unknown> | null;
  };
  workflow_wait: {
    tenant_id: string; id: string; run_id: string; types: string[]; filters: Json<unknown>; language: "jq" | "cel"; scope: Json<unknown>; is_once_per_filter: boolean;
    correlation: Generated<Json<Record<string, unknown>>>; taken: Generated<number[]>; last_seq: Generated<number>; external_id: string | null; opened_at: Time; closed_at: Time | null;
  };
  workflow_delivery: { tenant_id: string; wait_id: string; seq: number; filter: number; event: Json<unknown>; external_id: string | null; created_at: Time; delivered_at: Time | null };
  workflow_event: {
    tenant_id: string; source: string; id: string; type: string; subject: string | null; event: Json<unknown>; status: "pending" | "done"; listeners: Generated<number>; received_at: Time;
  };
  workflow_wait_key: { tenant_id: string; wait_id: string; filter: number; event_type: string; match_from: string; match_value: string };
  workflow_wait_shape: { tenant_id: string; event_type: string; match_from: string };
  workflow_start: { tenant_id: string; run_id: string; hash: string; input: Json<unknown>; started_by: string; created_at: Time; attempts: Generated<number>; last_error: string | null; started_at: Time | null; failed_at: Time | null };
  workflow_collection: { tenant_id: string; namespace: string; name: string; hash: string; groups: Json<unknown>; updated_at: Time };
  workflow_schedule: { tenant_id: string; namespace: string; name: string; hash: string; kind: "every" | "cron" | "after"; rule: string; next_at: Time | null; last_fired_at: Time | null; last_run_id: string | null };
  workflow_listener: { tenant_id: string; event_type: string };
  workflow_publish: { tenant_id: string; id: string; number: number; set_hash: string; members: Json<unknown>; note: string | null; previous_id: string | null; published_at: Time; published_by: string; is_active: boolean; knowledge_snapshot: string | null };
  approval: {
    tenant_id: string; id: string; call_id: string | null; turn_id: string | null; run_id: string | null; workflow: string | null; pointer: string | null; task_name: string | null; channel: Generated<string>; conversation_id: string | null; case_id: string | null; contact_id: string | null;
    principal: Generated<string>; requested_by: Generated<string>; tool: string; risk: "read" | "write" | "money" | "irreversible"; given: Json<Record<string, unknown>>; arguments: Json<Record<string, unknown>>; facts: Json<Record<string, unknown>>; amount_cents: number | null; currency: string | null;
    policy_rules: Generated<string[]>; policy_hash: string | null; said: string | null; told_as: string | null; rule: Json<unknown>; asked_rule: Json<unknown>; call_hash: string; revision: Generated<number>; asked_hash: string; asked_arguments: Json<Record<string, unknown>> | null; edited_by: string | null; described_as: string; reason: string;
    status: "waiting" | "approved" | "refused" | "expired" | "withdrawn"; external_id: string | null; requested_at: Time; deadline_at: Time | null; decided_at: Time | null; decided_by: string | null; comment: string | null; used_by: string | null; event_depth: Generated<number>; told_at: Time | null;
    notice_due_at: Time | null; notice_attempts: Generated<number>; notice_number: Generated<number>;
  };
  approval_vote: { tenant_id: string; approval_id: string; call_hash: string; revision: Generated<number>; user_id: string; email: string; role: string; for_user_id: string | null; for_email: string | null; for_role: string | null; comment: string | null; at: Time };
  approval_deputy: { tenant_id: string; user_id: string; deputy_id: string; until_at: Time; set_at: Time };
  workflow_question: {
    tenant_id: string; id: string; run_id: string; workflow: string; pointer: string; conversation_id: string; message_id: string; attempt: number; expects: Json<unknown>; status: "waiting" | "answered" | "expired" | "withdrawn"; external_id: string;
    turn_id: string | null; answer: string | null; asked_at: Time; ended_at: Time | null;
  };
  workflow_message: { tenant_id: string; message_id: string; run_id: string; kind: "reply" | "question" | "handoff"; workflow: string | null; pointer: string | null; created_at: Time };
  policy_request: { tenant_id: string; id: string; request: Json<unknown>; effect: "allow" | "approve" | "deny"; rules: string[]; policy_hash: string; seen: number; first_at: Time; last_at: Time };
  autonomy_level: { tenant_id: string; rule: string; level: "off" | "suggest" | "draft" | "act_with_approval" | "act"; changed_by: string; reason: string; changed_at: Time };
  autonomy_switch: { tenant_id: string; rung: "suggest" | "draft" | "act_with_approval" | "act"; thrown_by: string; reason: string; thrown_at: Time };
  reply_draft: {
    tenant_id: string; id: string; conversation_id: string; case_id: string | null; turn_id: string; rung: "suggest" | "draft"; autonomy_rule: string | null; status: "open" | "accepted" | "edited" | "rejected" | "stale";
    body: string; citations: Json<unknown>; intent: string | null; calls: Json<unknown>; pending: Json<unknown> | null; until_seq: number; created_at: Time;
    decided_at: Time | null; decided_by: string | null; decided_by_name: string | null; reason: string | null; message_id: string | null;
  };
  autonomy_outcome: { tenant_id: string; id: string; rule: string; level: "suggest" | "draft" | "act_with_approval" | "act"; is_overridden: boolean; at: Time };
};
