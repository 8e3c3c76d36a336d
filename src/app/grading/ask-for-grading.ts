import type { StaffActor } from "../../identity/actor.ts";
import type { CallContext } from "../../models/call-context.ts";
import type { Model, ModelRequest } from "../../models/model.ts";
import { modelUnavailable } from "../../models/models.errors.ts";
import { readAnswer, type ModelAnswer } from "../../models/read-answer.ts";

/** `by`: whose budgets and figures it counts to. */
export type GradingCall = { model: Model; name: string; by: StaffActor; stage: "answer" | "judge"; signal: AbortSignal };

const PATIENCE_MS = 60_000;
const MAX_OUTPUT_TOKENS = 800;

/**
 * One model's answer, for the purpose `evaluate` and within the budgets of all calls; texts are without personal values already, and
 * no cache may answer.
 *
 * Throws: what the model throws; `models.unavailable` when another one was asked in its place, as a budget may want.
 */
export async function askForGrading({ model, name, by, stage, signal }: GradingCall, asked: Pick<ModelRequest, "messages" | "answerSchema">): Promise<ModelAnswer> {
  const context: CallContext = { tenantId: by.tenantId, purpose: "evaluate", stage, route: name, ...(by.kind === "user" ? { userId: by.userId } : { apiKeyId: by.keyId }), dataClasses: [], audiences: [], cache: "off" };
  const answer = await readAnswer(model, { ...asked, context, tools: [], maxOutputTokens: MAX_OUTPUT_TOKENS, temperature: 0, signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]) });
  if (answer.served.name !== name) throw modelUnavailable({ message: `Not "${name}" was asked but "${answer.served.name ?? answer.served.modelId}": a budget wants a cheaper model.` });
  return answer;
}
