import { createBuiltInUnderstander } from "../adapters/built-in.ts";
import { createLocalModelUnderstander } from "../adapters/local-model.ts";
import { combineUnderstanders, ENOUGH_FROM, type UnderstandStage } from "../combine-understanders.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Log } from "../../lib/log.ts";
import { repeat } from "../../lib/repeat.ts";
import type { Embedder } from "../../models/embeddings/embedder.ts";
import type { Database } from "../../storage/database.ts";
import type { EntityPattern, IntentExample, Understander } from "../understander.ts";
import { listCorrections } from "./intent-example.store.ts";
import { readTrainingStand } from "./intent-training.store.ts";
import { mergeExamples } from "./merge-examples.ts";
import { openTrainedModel } from "./trained-model.ts";

const FOLLOW_EVERY_MS = 2_000;

export type IntentLearningDeps = {
  database: Database;
  clock: Clock;
  log: Log;
  tenantId: string;
  /** The workspace's taxonomy, `out_of_scope` included. */
  intents: readonly IntentExample[];
  entityPatterns: readonly EntityPattern[];
  /** A local embedding model, asked where the built-in classifier is not sure; null for none. */
  embedder: Embedder | null;
  /** Asked last, below its own confidence; null for none. */
  languageModel: { understander: Understander; below: number } | null;
};

/** The understander of a tenant as it stands, which follows what people have taught it. */
export type IntentLearning = {
  understander: Understander;
  /** Who reads, cheapest first. */
  by(): readonly string[];
  /** Takes over what was learned or undone since. */
  follow(): Promise<void>;
  stop(): Promise<void>;
};

/** The workspace's examples with the corrections that are learned. */
export async function learnedExamples({ database, tenantId, intents }: Pick<IntentLearningDeps, "database" | "tenantId" | "intents">): Promise<IntentExample[]> {
  return mergeExamples(intents, (await listCorrections(database, tenantId)).filter(({ learnedIn }) => learnedIn !== null));
}

async function openStages(deps: IntentLearningDeps): Promise<[UnderstandStage, ...UnderstandStage[]]> {
  const { database, clock, tenantId, entityPatterns, embedder, languageModel } = deps;
  const intents = await learnedExamples(deps);
  const model = await openTrainedModel({ database, clock }, { tenantId, intents, embedder: null });
  const last: UnderstandStage[] = languageModel === null ? [] : [{ understander: languageModel.understander, enoughFrom: 0 }];
  const enoughFrom = languageModel?.below ?? 0;
  const builtIn = createBuiltInUnderstander({ intents: model, entityPatterns });
  if (embedder === null) return [{ understander: builtIn, enoughFrom }, ...last];
  const local = createLocalModelUnderstander({ embedder, model: await openTrainedModel({ database, clock }, { tenantId, intents, embedder }), entityPatterns });
  return [{ understander: builtIn, enoughFrom: ENOUGH_FROM }, { understander: local, enoughFrom }, ...last];
}

/**
 * Opens the tenant's understander: its classifiers are read from the store, or trained and stored when their examples are new.
 * What is learned or undone, here or in another process, holds everywhere within two seconds; while the database is away the last
 * known state holds.
 *
 * Throws: `intelligence.pattern_invalid`; what the embedder throws.
 * Replay: what is understood depends on what is learned by now; called inside a durable step.
 */
export async function openIntentLearning(deps: IntentLearningDeps): Promise<IntentLearning> {
  const { database, tenantId } = deps;
  let stand = await readTrainingStand(database, tenantId);
  let stages = await openStages(deps);
  let current = combineUnderstanders(stages);
  const follow = async () => {
    const now = await readTrainingStand(database, tenantId);
    if (now === stand) return;
    stages = await openStages(deps);
    current = combineUnderstanders(stages);
    stand = now;
  };
  const following = repeat(follow, { everyMs: FOLLOW_EVERY_MS, waitsFirst: true, log: deps.log, failure: "intelligence.not_followed" });
  return {
    understander: {
      get id() {
        return current.id;
      },
      understand: (input) => current.understand(input),
    },
    by: () => stages.map(({ understander }) => understander.id),
    follow,
    stop: () => following.stop(),
  };
}
