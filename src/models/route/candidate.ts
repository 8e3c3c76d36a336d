import { estimatePromptTokens } from "../estimate-tokens.ts";
import type { Ability } from "../inventory/models-file.ts";
import type { Model, ModelRequest } from "../model.ts";
import { modelDataNotAllowed, modelNoneFits, modelPromptTooLong } from "../models.errors.ts";
import type { Places } from "../wrappers/with-places.ts";
import type { Breaker } from "../wrappers/with-retry.ts";
import type { ModelTimeouts } from "../wrappers/with-timeout.ts";
import { wayTo, type HidingDeps } from "../wrappers/with-hiding.ts";

/** One model that a route may ask. `running`: calls under way in this process. */
export type Candidate = {
  name: string;
  model: Model;
  abilities: ReadonlySet<Ability>;
  /** Prompt and answer together; null: unknown, and every prompt is tried. */
  contextTokens: number | null;
  running(): number;
  /** What a caller that speaks to the provider itself has to pass; `model` passes it by itself. */
  gate: ModelGate;
};

/** Its places, all of which a call takes; its breaker; and its limits of time. They are shared with the model's own calls. */
export type ModelGate = { places: readonly Places[]; breaker: Breaker; timeouts: ModelTimeouts };

/** Why a model is not asked. */
export type Unfit = { name: string; reason: "data" | "ability" | "context"; detail: string };

/** The estimate of a prompt errs upwards by up to this much, so what is over the context by less may still fit. */
const OVERESTIMATE = 2;

/**
 * The candidates that can answer, in their order; those whose context only may be large enough stand last. Nothing is sent.
 *
 * Errors: none here; `whyNone` names what keeps all of them from answering.
 */
export function fitting(hiding: HidingDeps, candidates: readonly Candidate[], request: ModelRequest): { fit: Candidate[]; unfit: Unfit[] } {
  const needed = abilitiesFor(request);
  const promptTokens = estimatePromptTokens(request.messages, request.tools);
  const surely: Candidate[] = [];
  const perhaps: Candidate[] = [];
  const unfit: Unfit[] = [];
  for (const candidate of candidates) {
    const { name, contextTokens } = candidate;
    const missing = needed.find((each) => !candidate.abilities.has(each));
    const way = wayTo(hiding, candidate.model, request);
    const room = contextTokens === null ? Number.POSITIVE_INFINITY : contextTokens - request.maxOutputTokens;
    if (way.kind === "closed") unfit.push({ name, reason: "data", detail: way.classes.join(", ") });
    else if (missing !== undefined) unfit.push({ name, reason: "ability", detail: missing });
    else if (promptTokens <= room) surely.push(candidate);
    else if (promptTokens <= room * OVERESTIMATE) perhaps.push(candidate);
    else unfit.push({ name, reason: "context", detail: `${promptTokens} tokens and ${request.maxOutputTokens} of the answer, for ${contextTokens}` });
  }
  return { fit: [...surely, ...perhaps], unfit };
}

/** An answer by schema needs no ability: every model is brought to it. */
function abilitiesFor(request: ModelRequest): Ability[] {
  const hasImages = request.messages.some((message) => message.role === "user" && (message.images?.length ?? 0) > 0);
  return ["text", ...(request.tools.length > 0 ? ["tools" as const] : []), ...(hasImages ? ["images" as const] : [])];
}

/** The error when no candidate can answer: what the most of them failed by, data rules before all. */
export function whyNone(unfit: readonly Unfit[], candidates: readonly Candidate[], request: ModelRequest): Error {
  const details = { unfit };
  if (unfit.some((each) => each.reason === "data")) return modelDataNotAllowed({ details: { ...details, dataClasses: request.context.dataClasses, handling: candidates.map((each) => each.model.handling) } });
  if (unfit.some((each) => each.reason === "context")) return modelPromptTooLong({ message: "The prompt is longer than the context of every AI model that may be asked.", details });
  return modelNoneFits({ details });
}
