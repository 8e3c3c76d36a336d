import { defineError } from "../../lib/app-error.ts";

/** Details of both: `budget`, `then`, `until` (ISO 8601, when the window is over). Not retryable; no fault of the model, so no breaker counts it. */
export const overBudget = defineError({ code: "models.over_budget", status: 429, message: "The budget for this is used up." });
/** The rule says that a person goes on: nobody answers in the model's place. */
export const overBudgetHandOff = defineError({ code: "models.over_budget_handoff", status: 429, message: "The budget for this is used up; a person must go on." });
