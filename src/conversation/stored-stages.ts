import type { StageView, StoredStage } from "../shapes/conversation.ts";

/** Without what says nothing. */
export function packStages(stages: readonly StageView[]): StoredStage[] {
  return stages.map(({ stage, offsetUs, durationUs, reason, result, model, costMicroUsd, promptTokens, completionTokens, detail }) => ({
    stage, offsetUs, durationUs, reason,
    ...(result === "ok" ? {} : { result }), ...(model === null ? {} : { model }), ...(costMicroUsd === null ? {} : { costMicroUsd }),
    ...(promptTokens === null ? {} : { promptTokens }), ...(completionTokens === null ? {} : { completionTokens }), ...(Object.keys(detail).length === 0 ? {} : { detail }),
  }));
}

export function unpackStages(stored: readonly StoredStage[]): StageView[] {
  return stored.map((stage) => ({ result: "ok", model: null, costMicroUsd: null, promptTokens: null, completionTokens: null, detail: {}, ...stage }));
}
