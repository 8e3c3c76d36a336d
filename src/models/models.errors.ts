import { defineError } from "../lib/app-error.ts";

/** Details: `provider`, `modelId`, and where known `providerStatus`, `retryAfterMs`, `usage`. The cause is the provider's own sentence, cut and without keys. */
export const modelUnavailable = defineError({ code: "models.unavailable", status: 503, isRetryable: true, message: "The AI model does not answer; try again shortly." });
export const modelRateLimited = defineError({ code: "models.rate_limited", status: 503, isRetryable: true, message: "The AI model's provider limits our rate; try again later." });
export const modelTimeout = defineError({ code: "models.timeout", status: 504, isRetryable: true, message: "The AI model took too long." });
export const modelInvalidAnswer = defineError({ code: "models.invalid_answer", status: 502, message: "The AI model's server answered something that is not its protocol; check the base URL." });
export const modelRejected = defineError({ code: "models.rejected", status: 502, message: "The AI model's provider refused the request." });
export const modelPromptTooLong = defineError({ code: "models.prompt_too_long", status: 413, message: "The prompt is longer than the AI model's context." });
export const modelUnauthorized = defineError({ code: "models.unauthorized", status: 502, message: "The AI model's provider refused our key." });
export const modelOutOfCredit = defineError({ code: "models.out_of_credit", status: 502, message: "The account at the AI model's provider has no credit left." });
export const modelCancelled = defineError({ code: "models.cancelled", status: 499, message: "The call of the AI model was cancelled." });
export const modelMisconfigured = defineError({ code: "models.misconfigured", status: 500, message: "The settings of the AI model are incomplete." });

/** Details: `dataClasses`, and `handling` of the models that were not allowed. */
export const modelDataNotAllowed = defineError({ code: "models.data_not_allowed", status: 403, message: "The data rules let this data go to none of the AI models that could answer." });
export const modelNoneFits = defineError({ code: "models.none_fits", status: 422, message: "No AI model of the route can do what is asked." });
export const modelUnknown = defineError({ code: "models.unknown", status: 404, message: "There is no AI model and no route of this name." });
export const modelBusy = defineError({ code: "models.busy", status: 503, isRetryable: true, message: "All places of the AI model are taken; try again shortly." });
/** Details: `reason`, what does not fit. */
export const modelAnswerUnfit = defineError({ code: "models.answer_unfit", status: 502, message: "The AI model's answer does not have the wanted form, and neither had a second one." });
/** The built-in answerer finds nothing to say; a route goes on to its next model. */
export const modelCannotAnswer = defineError({ code: "models.cannot_answer", status: 422, message: "The built-in answerer found no answer in the knowledge." });
