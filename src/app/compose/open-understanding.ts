import type { Redactor } from "../../guard/redactor.ts";
import type { Embedder } from "../../models/embeddings/embedder.ts";
import type { Model } from "../../models/model.ts";
import { composeUnderstanding, type UnderstandingParts } from "../understanding/compose-understanding.ts";
import type { Composing } from "./composing.ts";
import type { Ground } from "./open-ground.ts";

type UnderstandingGiven = { redactor: Redactor; model: Model | null; embedder: Embedder | null };

export async function openUnderstanding(composing: Composing, ground: Ground, given: UnderstandingGiven): Promise<UnderstandingParts> {
  const { clock, log, cleanup } = composing;
  const { database, workspace } = ground;
  const understanding = await composeUnderstanding({ database, clock, log, workspace, ...given });
  cleanup.defer(() => understanding.learning.stop());
  return understanding;
}
