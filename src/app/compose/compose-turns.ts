import type { Channel } from "../../channels/channel.ts";
import { createAgentWriter } from "../../conversation/stages/agent-writer.ts";
import { createTrace } from "../../conversation/trace.ts";
import type { TurnDeps } from "../../conversation/turn-deps.ts";
import { createBuiltInGroundingJudge } from "../../guard/adapters/built-in-judge.ts";
import { createReplyJudge } from "../../guard/reply-rules.ts";
import { chooseJudge } from "../choose-judge.ts";
import { createModelReranker } from "../../knowledge/retrieval/model-reranker.ts";
import type { Reranker } from "../../knowledge/retrieval/reranker.ts";
import type { Redactor } from "../../guard/redactor.ts";
import type { Understander } from "../../intelligence/understander.ts";
import type { Metrics } from "../../observe/metrics.ts";
import type { CallToolDeps } from "../../tools/call-tool.ts";
import type { PublishedVersions } from "../../workflows/versions/workflow-versions.ts";
import { workspaceInvalid } from "../../workspace/workspace.errors.ts";
import { turnWorkflows } from "../workflow-functions/compose-workflows.ts";
import type { Composing } from "./composing.ts";
import type { Ground } from "./open-ground.ts";
import type { ModelParts } from "./open-models.ts";
import type { PolicyParts } from "./open-policy.ts";
import type { Search } from "./open-search.ts";

export type TurnsGiven = {
  search: Search; policies: PolicyParts; agent: ModelParts["agent"]; redactor: Redactor; metrics: Metrics; understander: Understander;
  toolCalls: CallToolDeps; channels: ReadonlyMap<string, Channel>; versions: PublishedVersions;
};

/** What a turn uses. Nothing is opened. Throws `workspace.invalid` where a model is to put passages in order and there is none. */
export function composeTurns(composing: Composing, { database, workspace, live }: Ground, given: TurnsGiven): TurnDeps {
  const { clock, log, engine, version } = composing;
  const { policies: { policy, ladder }, agent, redactor, metrics } = given;
  const { index, indexes, embedder } = given.search;
  const { assistantName, audiences, tools, intents, autonomy: { notice } } = workspace;
  return {
    database, clock, log, live, policy, policyHash: policy.hash, ladder, notice, audiences, tools, assistantName, redactor,
    judge: chooseJudge(workspace.guard, { model: agent?.model ?? null, embedder }), previewJudge: createBuiltInGroundingJudge(), judgeReply: createReplyJudge(workspace.guard.replies), channels: given.channels, understander: given.understander, toolCalls: given.toolCalls,
    intents: new Map(intents.map((rule) => [rule.name, rule])),
    knowledge: { database, index, indexes, embedder, ...rerankerOf(workspace, agent, log) },
    narrows: workspace.knowledge.filterBy,
    hasModel: agent !== null, writer: agent === null ? null : createAgentWriter(agent),
    rewriter: agent === null ? null : { model: agent.model, database, clock, log },
    workflows: turnWorkflows({ database, versions: given.versions, engine, version }),
    trace: ({ tenantId, conversationId, turnId }, begun) => createTrace(
      Date.parse(begun.receivedAt),
      (stage, durationUs) => metrics.observeUs("baton_stage_seconds", { stage }, durationUs),
      (stage) => live.publish({ kind: "stage", tenantId, conversationId, turnId, stage }),
    ),
  };
}

function rerankerOf({ knowledge }: Ground["workspace"], agent: ModelParts["agent"], log: Composing["log"]): { reranker?: Reranker } {
  if (knowledge.reranker === "words") return {};
  if (agent === null) throw workspaceInvalid({ message: "baton.yaml: knowledge.reranker is model, but no model is set: set BATON_MODEL or add models.yaml, or choose words." });
  return { reranker: createModelReranker({ model: agent.model, log }) };
}
