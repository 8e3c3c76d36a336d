import type { Clock } from "../../lib/clock.ts";
import type { Models } from "../../models/compose-models.ts";
import type { Model } from "../../models/model.ts";
import { routableModels } from "../../models/routing/routable-models.ts";
import { nothingToGrade } from "../../models/routing/routing.errors.ts";
import type { RoutableModel } from "../../models/routing/train-router.ts";
import type { Database } from "../../storage/database.ts";
import type { Workspace } from "../../workspace/workspace.ts";

export type GradingDeps = { database: Database; clock: Clock; models: Models; workspace: Pick<Workspace, "models"> };

/** Models that routing may choose among, cheapest first. Throws `models.nothing_to_grade`. */
export function gradedModels({ models, workspace }: Pick<GradingDeps, "models" | "workspace">): { model: Model; routable: RoutableModel[] } {
  const { model } = models;
  // The built-in answerer is no model that a prompt with passages could be put to.
  const routable = workspace.models === null ? [] : routableModels(workspace.models).filter(({ provider }) => provider !== "built-in").sort((one, other) => priceOf(one) - priceOf(other));
  if (model === null || routable.length < 2) throw nothingToGrade({ message: "Routing chooses among the models of the default route: name two or more of them in models.yaml." });
  return { model, routable };
}

/** A rough scale: prompts are mostly longer than answers. */
function priceOf({ price }: RoutableModel): number {
  return price === null ? Number.POSITIVE_INFINITY : price.prompt * 3 + price.completion;
}
