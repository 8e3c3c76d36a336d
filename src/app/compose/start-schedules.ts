import type { ReceiveDeps } from "../../channels/receive-message.ts";
import type { HandoffDeps } from "../../handoff/hold-conversation.ts";
import { scheduleRechunk } from "../../knowledge/rechunk/schedule-rechunk.ts";
import { schedulePrune } from "../../knowledge/snapshots/prune.ts";
import { startEmbedding } from "../../knowledge/sync/embed-chunks.ts";
import { scheduleSyncs } from "../../knowledge/sync/schedule-syncs.ts";
import { scheduleUpkeep } from "../../knowledge/upkeep/schedule-upkeep.ts";
import type { Embedder } from "../../models/embeddings/embedder.ts";
import { ANCHOR_JOB } from "../../privacy/run-anchor.ts";
import { RETENTION_JOB } from "../../privacy/run-retention.ts";
import { scheduleDaily } from "../../privacy/schedule-daily.ts";
import { createApprovalWebhook } from "../../tools/adapters/approval-webhook.ts";
import { startSlaWatch } from "../../workflows/events/own/watch-sla.ts";
import { startEventRelay } from "../../workflows/events/relay-events.ts";
import { startSweeper } from "../sweep.ts";
import { startVolumeWatch } from "../watch-volume.ts";
import type { WorkflowParts } from "../workflow-functions/compose-workflows.ts";
import { startWorkflowSweeper } from "../workflow-functions/sweep-workflows.ts";
import type { Composing } from "./composing.ts";
import type { Ground } from "./open-ground.ts";
import type { KnowledgeParts } from "./open-knowledge.ts";

type Scheduled = KnowledgeParts & {
  receive: ReceiveDeps; handoff: HandoffDeps; workflows: WorkflowParts; embedder: Embedder | null;
  /** Of the console, for links in notices. */
  publicUrl(): string;
};

/** Starts what goes on by itself, once the engine is there. It is stopped before anything that it uses. */
export function startSchedules(composing: Composing, ground: Ground, given: Scheduled): void {
  const { cleanup } = composing;
  const { tenantId } = ground.workspace;
  const { receive, handoff, workflows } = given;
  cleanup.defer(startSweeper({ receive, handoff, tenantId }));
  sweepWorkflows(composing, ground, given);
  const relay = startEventRelay({ ...workflows.events, tenantId });
  cleanup.defer(() => relay.stop());
  schedulePrivacy(composing, ground);
  scheduleKnowledge(composing, tenantId, given, () => relay.wake());
  if (composing.config.role !== "web") watch(composing, tenantId, workflows.events, () => relay.wake());
}

/** Anchors the ledger and forgets what is old, once a day; every process may begin it, the engine does it. */
function schedulePrivacy({ clock, log, engine, cleanup }: Composing, { database, workspace }: Ground): void {
  for (const job of [ANCHOR_JOB, RETENTION_JOB]) cleanup.defer(scheduleDaily({ database, clock, log, engine }, workspace.tenantId, job));
}

function sweepWorkflows({ config, clock, cleanup }: Composing, { workspace, outbound }: Ground, { workflows, publicUrl }: Scheduled): void {
  const { runRetentionDays, approvalsWebhookUrl: url, approvalsWebhookSecret: secret = null } = config;
  const notices = url === undefined ? [] : [createApprovalWebhook({ outbound, clock }, { url, secret })];
  cleanup.defer(startWorkflowSweeper({ ...workflows.approvals, tenantId: workspace.tenantId, runRetentionDays, publicUrl, notices }));
}

function scheduleKnowledge({ config, cleanup }: Composing, tenantId: string, given: Scheduled, wakeRelay: () => void): void {
  const { knowledge, upkeep, embedder } = given;
  const { role, knowledgeKeepDays: keepDays } = config;
  if (embedder !== null && role !== "web") {
    cleanup.defer(startEmbedding({ ...knowledge, embedder }, tenantId));
  }
  cleanup.defer(scheduleUpkeep(upkeep, tenantId));
  cleanup.defer(scheduleRechunk(knowledge, tenantId));
  if (keepDays > 0 && role !== "web") cleanup.defer(schedulePrune(knowledge, { tenantId, keepDays }));
  cleanup.defer(scheduleSyncs({ ...knowledge, onStale: wakeRelay }, tenantId));
}

/** Tells of promises that were missed and of more messages than usual. */
function watch({ config, cleanup }: Composing, tenantId: string, events: WorkflowParts["events"], wakeRelay: () => void): void {
  const minutes = (given: number) => (given === 0 ? null : given);
  const promised = { handoffMinutes: minutes(config.slaHandoffMinutes), answerMinutes: minutes(config.slaAnswerMinutes) };
  cleanup.defer(startSlaWatch({ ...events, tenantId, rules: promised, onTold: wakeRelay }));
  const usual = { windowMinutes: config.volumeWindowMinutes, factor: config.volumeFactor, minMessages: config.volumeMinMessages };
  cleanup.defer(startVolumeWatch({ ...events, tenantId, rules: usual }));
}
