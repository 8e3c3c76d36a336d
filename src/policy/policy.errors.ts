import { defineError } from "../lib/app-error.ts";

export const policyInvalid = defineError({ code: "policy.invalid", status: 500, message: "The workspace's policies are not valid." });
export const accessRequestInvalid = defineError({ code: "policy.access_request_invalid", status: 400, message: "This is not an AuthZEN access request." });
export const autonomyRuleUnknown = defineError({ code: "policy.autonomy_rule_unknown", status: 404, message: "There is no such autonomy rule." });
