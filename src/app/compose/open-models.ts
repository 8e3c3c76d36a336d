import type { AgentProfile } from "../../agents/agent-profile.ts";
import type { Redactor } from "../../guard/redactor.ts";
import type { Understander } from "../../intelligence/understander.ts";
import type { Budgets } from "../../models/budgets/budgets.ts";
import type { Models } from "../../models/compose-models.ts";
import type { Model } from "../../models/model.ts";
import { openLearnedRouter, type LearnedRouter } from "../../models/routing/open-router.ts";
import { routableModels } from "../../models/routing/routable-models.ts";
import type { Metrics } from "../../observe/metrics.ts";
import { workspaceInvalid } from "../../workspace/workspace.errors.ts";
import { composeAppModels } from "../compose-models.ts";
import type { Composing } from "./composing.ts";
import type { Ground } from "./open-ground.ts";
import type { Search } from "./open-search.ts";

export type ModelParts = {
  /** Null without a models.yaml. */
  router: LearnedRouter | null;
  models: Models;
  /** Who answers contacts; null: the built-in answerer alone. */
  agent: { model: Model; profile: AgentProfile } | null;
};

/** `understander` is asked only when calls come in: it is opened after the models, which it may ask itself. */
export type ModelsGiven = { budgets: Budgets; search: Search; redactor: Redactor; metrics: Metrics; understander(): Understander };

/** Opens what was learned of routes, and puts the models together. Throws `workspace.invalid` for a model without an agent. */
export async function openModels(composing: Composing, ground: Ground, given: ModelsGiven): Promise<ModelParts> {
  const { config, clock, log, cleanup } = composing;
  const { database, workspace, secrets } = ground;
  const { tenantId, models: file, agent: profile } = workspace;
  const router = file === null
    ? null
    : cleanup.adopt(await openLearnedRouter({ database, log, tenantId, models: routableModels(file) }), (opened) => opened.stop());
  const { embedder, index, indexes } = given.search;
  const models = composeAppModels({
    database, clock, log, workspace, settings: config, secrets, budgets: given.budgets, embedder, router, knowledge: { index, indexes, embedder },
    metrics: given.metrics, redactor: given.redactor, understander: given.understander,
  });
  const { model } = models;
  if (model === null) return { router, models, agent: null };
  if (profile === null) throw workspaceInvalid({ message: "A model is set, but the workspace has no agent: add agents/assistant.md." });
  return { router, models, agent: { model, profile } };
}
