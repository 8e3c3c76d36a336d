import type { TurnDeps } from "../../conversation/turn-deps.ts";
import type { TurnWorkflows } from "../../conversation/turn-workflows.ts";
import type { DurableEngine } from "../../durable/durable.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Log } from "../../lib/log.ts";
import type { Model } from "../../models/model.ts";
import type { Database } from "../../storage/database.ts";
import { recordOutcome, type AutonomyDeps } from "../../policy/change-autonomy.ts";
import type { ApprovalDeps } from "../../tools/approvals/decide/approval-deps.ts";
import type { WorkflowSource } from "../../workflows/document/definition.ts";
import { createListeners } from "../../workflows/events/starts/listeners.ts";
import { createEventMatcher } from "../../workflows/events/waits/match-filter.ts";
import { approvalDecided, tell } from "../../workflows/events/own/own-events.ts";
import { createEventSink, type EventDeps } from "../../workflows/events/publish-event.ts";
import { syncSchedules } from "../../workflows/events/schedules/run-schedules.ts";
import { createStoredWaits } from "../../workflows/events/waits/stored-waits.ts";
import { createFunctionCatalog } from "../../workflows/functions/catalog.ts";
import type { FunctionCatalog } from "../../workflows/functions/function.ts";
import type { RunDeps } from "../../workflows/run/run-deps.ts";
import { createRunRecords } from "../../workflows/run/run.store.ts";
import { isUnderWay } from "../../workflows/run/under-way.store.ts";
import { tellOfRuns } from "../../workflows/operate/tell-of-runs.ts";
import type { StartRunDeps } from "../../workflows/run/start-run.ts";
import type { TalkDeps } from "../../workflows/talk/talk-deps.ts";
import { createOutsideCalls } from "../../workflows/calls/outside-calls.ts";
import type { SecretReader } from "../../credentials/secret-reader.ts";
import type { Authentication } from "../../outbound/authentication.ts";
import type { Outbound } from "../../outbound/outbound.ts";
import { createLanguages } from "../../workflows/expressions/languages.ts";
import { checkWorkflows } from "../../workflows/verify/check-workflow.ts";
import type { Finding } from "../../workflows/verify/finding.ts";
import type { PublishDeps } from "../../workflows/versions/publish.ts";
import type { PublishedVersions } from "../../workflows/versions/workflow-versions.ts";
import type { Workspace } from "../../workspace/workspace.ts";
import { agentFunction } from "./agent.ts";
import { checkAmong, checkSurroundings, type Surroundings } from "./check-documents.ts";
import { generateFunction } from "./generate.ts";

/** What the rest of the app needs of workflows. */
export type WorkflowParts = {
  versions: PublishedVersions;
  publishing: PublishDeps;
  surroundings: Surroundings;
  /** What is wrong with one document among the active ones. */
  check(source: WorkflowSource): Promise<Finding[]>;
  functions: FunctionCatalog;
  talk: TalkDeps;
  approvals: ApprovalDeps;
  starting: StartRunDeps;
  events: EventDeps;
  runs: RunDeps;
};

export type ComposeWorkflows = { database: Database; clock: Clock; log: Log; engine: () => DurableEngine; autonomy: AutonomyDeps; workspace: Workspace; model: Model | null; outbound: Outbound; authentication: Authentication; secrets: SecretReader; /** Programs that `call: mcp` may start. */ mcpCommands: readonly string[]; /** `script`, `shell`: what `run` may start. */ runProcesses: readonly string[]; version: string };

/** The side that turns see; made first, since what turns are made of is used by workflows too. */
export function turnWorkflows(deps: { database: Database; versions: PublishedVersions; engine: () => DurableEngine; version: string }): TurnWorkflows {
  return {
    runtimeVersion: deps.version,
    isRunning: (tenantId, conversationId, workflow, records) => isUnderWay(deps.database, tenantId, { conversationId, workflow, records }),
    hashOf: async (tenantId, name) => (await deps.versions.activeByName(tenantId, name))?.hash ?? null,
    answer: (externalId, questionId) => deps.engine().resolve(externalId, { questionId }),
  };
}

/** Puts the workflow parts together out of those a turn has. */
export function composeWorkflows(deps: ComposeWorkflows, turns: TurnDeps, versions: PublishedVersions): WorkflowParts {
  const { database, clock, log, engine, workspace } = deps;
  const talk: TalkDeps = { database, clock, log, engine, live: turns.live, channels: turns.channels, assistantName: turns.assistantName, ladder: turns.ladder, notice: turns.notice };
  const functions = functionsOf(deps, turns, talk);
  const languages = createLanguages();
  const matcher = createEventMatcher(languages);
  const surroundings = checkSurroundings(workspace, languages);
  const events: EventDeps = { database, engine, matcher, listeners: createListeners({ workflows: versions, log }), clock, log, version: deps.version };
  return {
    versions, functions, talk, events, surroundings, check: async (source) => checkAmong(surroundings, source, await sourcesOf(versions, workspace.tenantId)), starting: { engine, clock, version: deps.version },
    approvals: {
      database, clock, log, engine, live: turns.live, tools: turns.toolCalls.tools, policy: turns.toolCalls.policy, runner: turns.toolCalls.runner, sql: turns.toolCalls.sql,
      measure: (tenantId, outcome) => recordOutcome(deps.autonomy, tenantId, { ...outcome, level: "act_with_approval" }),
      onDecided: (query, row, by, at) => tell(query, by.tenantId, approvalDecided({ approvalId: row.id, runId: row.run_id, tool: row.tool, decision: row.status === "approved" ? "approved" : "rejected", decidedBy: by.userId, conversationId: row.conversation_id, caseId: row.case_id }), at),
    },
    publishing: { database, clock, check: (sources) => checkWorkflows(sources, surroundings), onPublished: async (tenantId) => {
        versions.forget(tenantId);
        await syncSchedules(events, tenantId);
      } },
    runs: {
      versions, languages, functions, calls: createOutsideCalls({ outbound: deps.outbound, authentication: deps.authentication, clock, folder: workspace.folder, mcpCommands: deps.mcpCommands }), waits: createStoredWaits({ database, matcher, clock }), events: createEventSink(events), secrets: deps.secrets, records: tellOfRuns(createRunRecords(database), turns.live),
      permissions: { mayRun: (kind) => kind !== "container" && deps.runProcesses.includes(kind) }, clock, log, version: deps.version,
    },
  };
}

async function sourcesOf(versions: PublishedVersions, tenantId: string): Promise<WorkflowSource[]> {
  return Promise.all((await versions.active(tenantId)).map((row) => versions.load(tenantId, row.hash)));
}

function functionsOf(deps: ComposeWorkflows, turns: TurnDeps, talk: TalkDeps): FunctionCatalog {
  const { workspace } = deps;
  const withModel = { model: deps.model, redactor: turns.redactor, database: deps.database, clock: deps.clock };
  return createFunctionCatalog(
    {
      ...talk, understander: turns.understander, redactor: turns.redactor, judge: turns.judge, knowledge: turns.knowledge, toolCalls: turns.toolCalls, policy: turns.policy, audiences: turns.audiences,
      notifySecret: workspace.webhook === null || workspace.webhook.secret === "" ? null : workspace.webhook.secret, outbound: deps.outbound,
    },
    [generateFunction(withModel), agentFunction({ ...withModel, agents: workspace.agents, toolCalls: turns.toolCalls })],
  );
}
