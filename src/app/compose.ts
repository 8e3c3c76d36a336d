import { pathToFileURL } from "node:url";
import { createPullChannel } from "../channels/adapters/web.ts";
import { createWebhookChannel } from "../channels/adapters/webhook.ts";
import type { Channel } from "../channels/channel.ts";
import { createAgentWriter } from "../conversation/stages/agent-writer.ts";
import { EXTRACTIVE } from "../conversation/stages/compose.ts";
import { createTrace } from "../conversation/trace.ts";
import type { TurnDeps } from "../conversation/turn-deps.ts";
import { startRestateEngine } from "../durable/adapters/restate.ts";
import type { DurableEngine } from "../durable/durable.ts";
import { createBuiltInGroundingJudge } from "../guard/adapters/built-in-judge.ts";
import { createBuiltInRedactor } from "../guard/adapters/built-in-redactor.ts";
import { createAttemptCounter, createSecretCache } from "../identity/authenticate.ts";
import { ensureTenant } from "../identity/identity.store.ts";
import type { Understander } from "../intelligence/understander.ts";
import { startEmbedding } from "../knowledge/sync/embed-chunks.ts";
import { scheduleRechunk } from "../knowledge/rechunk/schedule-rechunk.ts";
import { schedulePrune } from "../knowledge/snapshots/prune.ts";
import { scheduleSyncs } from "../knowledge/sync/schedule-syncs.ts";
import { createTenantIndexes } from "../knowledge/tenant-index.ts";
import { scheduleUpkeep } from "../knowledge/upkeep/schedule-upkeep.ts";
import { systemClock, type Clock } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";
import { openBudgets } from "../models/budgets/open-budgets.ts";
import { openLearnedRouter } from "../models/routing/open-router.ts";
import { routableModels } from "../models/routing/routable-models.ts";
import { chooseEmbedder } from "../models/embeddings/choose-embedder.ts";
import { recordInLedger, startSealer } from "../observe/ledger.ts";
import { openLive } from "../observe/live.ts";
import { createMetrics } from "../observe/metrics.ts";
import { createCedarPolicy } from "../policy/adapters/cedar.ts";
import { openAutonomyLadder } from "../policy/autonomy-ladder.ts";
import type { AutonomyDeps } from "../policy/change-autonomy.ts";
import { startPolicyRecorder } from "../policy/record-requests.ts";
import { openDatabase } from "../storage/database.ts";
import { openWorkspaceSql } from "../storage/workspace-sql.ts";
import type { SqlClient } from "../storage/sql-client.ts";
import type { CallToolDeps } from "../tools/call-tool.ts";
import { createApprovalWebhook } from "../tools/adapters/approval-webhook.ts";
import { createToolRunner } from "../tools/run-call.ts";
import type { Workspace } from "../workspace/workspace.ts";
import type { App } from "./app.ts";
import { workspaceInvalid } from "../workspace/workspace.errors.ts";
import type { Config } from "./settings.ts";
import { openKeys } from "./open-keys.ts";
import { openSearchIndex } from "./open-search-index.ts";
import { oneText, openWorkspace } from "./open-workspace.ts";
import { createSecretReader } from "../credentials/secret-reader.ts";
import { createSharedTokens } from "../credentials/shared-tokens.ts";
import { createAuthentication } from "../outbound/authentication.ts";
import { mcpSignInStore } from "./mcp/sign-in-store.ts";
import type { McpWay } from "../tools/declared/tool-source.ts";
import { composeAppModels } from "./compose-models.ts";
import { durableServices } from "./durable-services.ts";
import { composeKnowledge, composeUpkeep, openWorkspaceKnowledge } from "./knowledge/compose-knowledge.ts";
import { createRecordReader } from "./knowledge/read-records.ts";
import { startSweeper } from "./sweep.ts";
import { composeUnderstanding } from "./understanding/compose-understanding.ts";
import { createPublishedVersions } from "../workflows/versions/workflow-versions.ts";
import { composeWorkflows, turnWorkflows } from "./workflow-functions/compose-workflows.ts";
import { publishAtStart } from "./workflow-functions/publish-at-start.ts";
import { startWorkflowSweeper } from "./workflow-functions/sweep-workflows.ts";
import { createOutbound } from "../outbound/outbound.ts";
import { startSlaWatch } from "../workflows/events/own/watch-sla.ts";
import { startEventRelay } from "../workflows/events/relay-events.ts";
import { startVolumeWatch } from "./watch-volume.ts";
import { createTargetRule } from "../outbound/guard-address.ts";

/** The servers underneath, embedded or outside. */
export type Servers = { databaseUrl: string; isDatabaseShared: boolean; restate: { ingressUrl: string; adminUrl: string } };

export type ComposeOverrides = { clock?: Clock; version?: string; /** Put around the understander of the installation. */ understander?: (inner: Understander) => Understander; /** Private addresses that workflows may call, beside those of the settings. */ outboundAllow?: readonly string[] };

/** Puts all parts together: the only place that knows every one of them. Tests use it with overrides. */
export async function compose(config: Config, servers: Servers, log: Log, overrides: ComposeOverrides = {}): Promise<App & AsyncDisposable> {
  await using cleanup = new AsyncDisposableStack();
  const clock = overrides.clock ?? systemClock;
  // Where browsers reach it is known for good when the doors are open (`start`).
  const place = { publicUrl: config.publicUrl ?? `http://${config.host}:${config.port}` };
  const database = cleanup.adopt(openDatabase({ connectionString: servers.databaseUrl, maxConnections: config.databaseConnections, log }), (opened) => opened.close());
  const keys = openKeys(config);
  const stored = createSecretReader({ database, keys, clock }, process.env);
  const isAllowed = createTargetRule([...listOf(config.outboundAllow), ...(overrides.outboundAllow ?? [])]);
  const outbound = cleanup.adopt(createOutbound({ isAllowed }), (opened) => opened.close());
  const shared = createSharedTokens({ database, keys, clock });
  const authentication = createAuthentication({ outbound, shared, clock });
  const mcp: McpWay = { signIns: { outbound, shared, store: mcpSignInStore({ database, keys, clock }), clock }, mayStart: (command) => listOf(config.mcpCommands).includes(command) };
  const workspace = cleanup.use(await openWorkspace(config.workspace, { webhookSecret: config.webhookSecret, fileFolders: listOf(config.fileFolders), secrets: oneText(stored), http: { outbound, authentication, mcp }, clock, log }));
  const sql = cleanup.adopt(
    openWorkspaceSql({ connectionString: config.workspaceDatabaseUrl ?? servers.databaseUrl, isHouse: config.workspaceDatabaseUrl === undefined, maxConnections: Math.max(2, Math.floor(config.databaseConnections / 2)), log }),
    (opened) => opened.close(),
  );
  await ensureTenant(database, workspace.tenantId, workspace.tenantName);
  // Stopped after everything that may still write to the ledger, the engine above all.
  cleanup.defer(startSealer({ database, log }));
  await loadDemoData(workspace, sql, clock);
  const live = cleanup.adopt(openLive(servers.isDatabaseShared ? { connectionString: servers.databaseUrl, log } : null), (opened) => opened.close());
  const index = await openSearchIndex(config, servers.databaseUrl, cleanup);
  const indexes = createTenantIndexes({ database, index, clock });
  const embedder = await chooseEmbedder({ workspaceFolder: workspace.folder, readSecret: (name) => oneText(stored).read(workspace.tenantId, name) }, workspace.embeddings);
  const decided = createCedarPolicy(workspace.policy);
  const recorder = cleanup.adopt(startPolicyRecorder({ database, clock, log, tenantId: workspace.tenantId }), (opened) => opened.stop());
  const ladder = cleanup.adopt(await openAutonomyLadder({ database, clock, log, plan: workspace.autonomy, tenantId: workspace.tenantId }), (opened) => opened.stop());
  const policy = ladder.around(recorder.around(decided));
  const autonomy: AutonomyDeps = { database, clock, plan: workspace.autonomy, record: (query, tenantId, change) => recordInLedger(query, tenantId, [change]), onChanged: () => ladder.follow() };
  const channels = channelsOf(workspace, clock);
  const metrics = createMetrics();
  const redactor = createBuiltInRedactor();
  const { budgets: rules = [], unknownPrice } = workspace.models ?? {};
  const budgets = cleanup.adopt(openBudgets({ database, clock, log, rules, ...(unknownPrice === undefined ? {} : { unknownPrice }) }), (opened) => opened.stop());
  const router = workspace.models === null ? null : cleanup.adopt(await openLearnedRouter({ database, log, tenantId: workspace.tenantId, models: routableModels(workspace.models) }), (opened) => opened.stop());
  const models = composeAppModels({ database, clock, log, metrics, workspace, settings: config, secrets: stored, redactor, budgets, embedder, router, knowledge: { index, indexes, embedder } });
  const { model } = models;
  const toolCalls: CallToolDeps = { database, tools: workspace.tools, fallbacks: workspace.fallbacks, policy, redactor, runner: createToolRunner({ log }), sql, clock, log, live };
  const profile = workspace.agent;
  if (model !== null && profile === null) throw workspaceInvalid({ message: "A model is set, but the workspace has no agent: add agents/assistant.md." });
  let engine: DurableEngine | null = null;
  const engineOf = () => {
    if (engine === null) throw new Error("the engine is not started yet");
    return engine;
  };
  const knowledge = composeKnowledge({
    database, clock, log, live, workspace, outbound, isAllowed, secrets: oneText(stored), redactor, readRecords: createRecordReader({ tools: workspace.tools, runner: toolCalls.runner, sql }), dataDir: config.dataDir,
    fileFolders: listOf(config.fileFolders), engine: engineOf, onKnowledgeChanged: (tenantId) => indexes.onKnowledgeChanged(tenantId),
  });
  await openWorkspaceKnowledge(knowledge, workspace);
  const upkeep = composeUpkeep(knowledge, { workspace, redactor, embedder, model, search: { index, indexes } });
  const understanding = await composeUnderstanding({ database, clock, log, workspace, redactor, model, embedder });
  cleanup.defer(() => understanding.learning.stop());
  const versions = createPublishedVersions({ database });
  const turns: TurnDeps = {
    database, clock, log, live, policy, policyHash: policy.hash, ladder, notice: workspace.autonomy.notice, audiences: workspace.audiences, redactor, judge: createBuiltInGroundingJudge(), channels, tools: workspace.tools,
    understander: (overrides.understander ?? ((inner) => inner))(understanding.learning.understander),
    intents: new Map(workspace.intents.map((rule) => [rule.name, rule])), assistantName: workspace.assistantName, knowledge: { database, index, indexes, embedder }, toolCalls,
    hasModel: model !== null, writer: model !== null && profile !== null ? createAgentWriter({ model, profile }) : null,
    workflows: turnWorkflows({ database, versions, engine: engineOf, version: overrides.version ?? "dev" }),
    trace: (input, begun) => createTrace(Date.parse(begun.receivedAt), (stage, durationUs) => metrics.observeUs("baton_stage_seconds", { stage }, durationUs), (stage) => live.publish({ kind: "stage", tenantId: input.tenantId, conversationId: input.conversationId, turnId: input.turnId, stage })),
  };
  const workflows = composeWorkflows({ database, clock, log, engine: engineOf, autonomy, workspace, model, outbound, authentication, secrets: stored, mcpCommands: listOf(config.mcpCommands), runProcesses: listOf(config.runProcesses), version: overrides.version ?? "dev" }, turns, versions);
  await publishAtStart({ ...workflows, log }, workspace);
  const receive = { database, engine: engineOf, live, clock, log };
  const handoff = { database, live, clock, log, channels, engine: engineOf, autonomy };
  engine = cleanup.adopt(
    await startRestateEngine({ ...servers.restate, services: config.role === "web" ? [] : durableServices(workspace.tenantId, turns, { database, channels, clock, log }, workflows, knowledge, upkeep), log, namespace: config.namespace === undefined ? "" : `${config.namespace}_`, endpointHost: config.endpointHost, endpointPort: config.endpointPort, isEmbedded: config.restateIngressUrl === undefined, ...(config.endpointUrl === undefined ? {} : { advertisedUrl: config.endpointUrl }), journalRetentionMs: 0 }),
    (opened) => opened.close(),
  );
  cleanup.defer(startSweeper({ receive, handoff, tenantId: workspace.tenantId }));
  cleanup.defer(startWorkflowSweeper({ ...workflows.approvals, tenantId: workspace.tenantId, runRetentionDays: config.runRetentionDays, publicUrl: () => place.publicUrl, notices: config.approvalsWebhookUrl === undefined ? [] : [createApprovalWebhook({ outbound, clock }, { url: config.approvalsWebhookUrl, secret: config.approvalsWebhookSecret ?? null })] }));
  const relay = startEventRelay({ ...workflows.events, tenantId: workspace.tenantId });
  cleanup.defer(() => relay.stop());
  if (embedder !== null && config.role !== "web") cleanup.defer(startEmbedding({ ...knowledge, embedder, redact: knowledge.open.redact }, workspace.tenantId));
  cleanup.defer(scheduleUpkeep(upkeep, workspace.tenantId));
  cleanup.defer(scheduleRechunk(knowledge, workspace.tenantId));
  if (config.knowledgeKeepDays > 0 && config.role !== "web") cleanup.defer(schedulePrune({ database, clock, log }, { tenantId: workspace.tenantId, keepDays: config.knowledgeKeepDays }));
  cleanup.defer(scheduleSyncs({ ...knowledge, onStale: () => relay.wake() }, workspace.tenantId));
  if (config.role !== "web") {
    const minutes = (given: number) => (given === 0 ? null : given);
    cleanup.defer(startSlaWatch({ ...workflows.events, tenantId: workspace.tenantId, rules: { handoffMinutes: minutes(config.slaHandoffMinutes), answerMinutes: minutes(config.slaAnswerMinutes) }, onTold: () => relay.wake() }));
    cleanup.defer(startVolumeWatch({ ...workflows.events, tenantId: workspace.tenantId, rules: { windowMinutes: config.volumeWindowMinutes, factor: config.volumeFactor, minMessages: config.volumeMinMessages } }));
  }
  const secrets = createSecretCache(database);
  const disposal = cleanup.move();
  return {
    workspace, database, clock, log, live, secrets, identity: { database, clock, secrets, serves: (tenantId) => tenantId === workspace.tenantId, attempts: createAttemptCounter() }, policy: ladder.around(decided), autonomy, receive, handoff, toolCalls, turns, metrics, models, router, budgets, workflows, understanding, knowledge, upkeep, runRetentionDays: config.runRetentionDays, mcpLimits: { perCaller: config.mcpCallerPerMinute, perAddress: config.mcpAddressPerMinute }, eventSecrets: (config.eventsSecret ?? "").split(" ").filter((secret) => secret !== ""),
    status: { database, engine: engineOf, clock, tenantId: workspace.tenantId, tenantName: workspace.tenantName, modelId: model?.id ?? EXTRACTIVE, isExtractive: model === null, version: overrides.version ?? "dev", startedAtMs: clock.nowMs() },
    get publicUrl() {
      return place.publicUrl;
    },
    set publicUrl(url) {
      place.publicUrl = url;
    },
    isLoopback: config.host === "127.0.0.1" || config.host === "localhost" || config.host === "::1", demoCustomers: workspace.demoCustomers,
    [Symbol.asyncDispose]: () => disposal.disposeAsync(),
  };
}

function channelsOf(workspace: Workspace, clock: Clock): Map<string, Channel> {
  const channels = new Map<string, Channel>();
  for (const name of ["web", "api"]) channels.set(name, createPullChannel(name));
  if (workspace.webhook !== null) channels.set("webhook", createWebhookChannel({ ...workspace.webhook, nowMs: () => clock.nowMs() }));
  return channels;
}

async function loadDemoData(workspace: Workspace, sql: SqlClient, clock: Clock): Promise<void> {
  if (workspace.demoData === null) return;
  const module: unknown = await import(pathToFileURL(workspace.demoData).href);
  const load = typeof module === "object" && module !== null && "load" in module ? module.load : null;
  if (typeof load !== "function") throw workspaceInvalid({ message: `${workspace.demoData} exports no function "load".` });
  await load(sql, { seed: workspace.seed, nowMs: clock.nowMs() });
}

function listOf(text: string): string[] {
  return text.split(",").map((each) => each.trim()).filter((each) => each !== "");
}
