import { defineError } from "../lib/app-error.ts";

export const policyInvalid = defineError({ code: "policy.invalid", status: 500, message: "The workspace's policies are not valid." });
export const accessRequestInvalid = defineError({ code: "policy.access_request_invalid", status: 400, message: "This is not an AuthZEN access request." });
export const autonomyRuleUnknown = defineError({ code: "policy.autonomy_rule_unknown", status: 404, message: "There is no such autonomy rule." });
export const questionUnknown = defineError({ code: "policy.question_unknown", status: 404, message: "The policies' schema knows no such question." });
export const questionInvalid = defineError({ code: "policy.question_invalid", status: 422, message: "The condition of this question cannot be read." });
export const questionTooLarge = defineError({ code: "policy.question_too_large", status: 422, message: "This question has too many cases: name a tool, or a narrower condition." });
export const questionsBusy = defineError({ code: "policy.questions_busy", status: 503, isRetryable: true, message: "Other questions about the policies are being answered: ask again in a moment." });
