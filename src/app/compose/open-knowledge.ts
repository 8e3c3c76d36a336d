import type { Redactor } from "../../guard/redactor.ts";
import type { RequestSyncDeps } from "../../knowledge/sync/request-sync.ts";
import type { UpkeepDeps } from "../../knowledge/upkeep/upkeep-deps.ts";
import { splitList } from "../../lib/split-list.ts";
import type { Model } from "../../models/model.ts";
import type { ToolRunner } from "../../tools/run-call.ts";
import { composeKnowledge, composeUpkeep, openWorkspaceKnowledge } from "../knowledge/compose-knowledge.ts";
import { createRecordReader } from "../knowledge/read-records.ts";
import type { Composing } from "./composing.ts";
import type { Ground } from "./open-ground.ts";
import type { Search } from "./open-search.ts";

export type KnowledgeParts = { knowledge: RequestSyncDeps; upkeep: UpkeepDeps };

/** `runner`: for sources that read what a tool lists. */
export type KnowledgeGiven = { search: Search; redactor: Redactor; runner: ToolRunner; model: Model | null };

/** Puts the knowledge together and takes in the workspace's own folder, so that its articles answer the first question. */
export async function openKnowledge(composing: Composing, ground: Ground, given: KnowledgeGiven): Promise<KnowledgeParts> {
  const { config, clock, log, engine } = composing;
  const { search, redactor, runner, model } = given;
  const { database, live, workspace, outbound, isAllowed, sql } = ground;
  const { index, indexes, embedder } = search;
  const knowledge = composeKnowledge({
    database, clock, log, live, workspace, outbound, isAllowed, secrets: ground.toolSecrets, redactor, engine,
    readRecords: createRecordReader({ tools: workspace.tools, runner, sql }), dataDir: config.dataDir,
    fileFolders: splitList(config.fileFolders), onKnowledgeChanged: (tenantId) => indexes.onKnowledgeChanged(tenantId),
  });
  await openWorkspaceKnowledge(knowledge, workspace);
  return { knowledge, upkeep: composeUpkeep(knowledge, { workspace, redactor, embedder, model, search: { index, indexes } }) };
}
