import type { DataClass } from "../shapes/data-class.ts";

/** What a call is for; budgets, routes and reports tell calls apart by it. */
export type CallPurpose = "reply" | "understand" | "judge" | "rewrite" | "workflow" | "gateway" | "evaluate";

/** What routing rules may ask about a call. `risk` is the most serious risk of the message, as `legal`; `language` an ISO 639-1 code. */
export type CallTraits = { intent?: string; risk?: string; language?: string; channel?: string };

/**
 * On whose behalf and to what end a model is called. Every wrapper reads it, no adapter does.
 *
 * `dataClasses`: what the request holds AFTER redaction; placeholders are not personal data, so a redacted prompt has none.
 * `audiences`: the rights under which the knowledge in the prompt was found; a cached answer is given only to the very same ones.
 * `cache`: `off` unless the caller says that the same answer may be given again to somebody with the same rights.
 * Ids are ours (`conv_…`); `workflow` is a name, `stage` the stage of a turn or the task of a run.
 */
export type CallContext = {
  tenantId: string;
  purpose: CallPurpose;
  /** A route or a model of the inventory by name; without it the rules of `models.yaml` choose. */
  route?: string;
  /** A budget asks for the cheapest model that will do; set by `wrapThrift`. */
  isThrifty?: boolean;
  turnId?: string;
  conversationId?: string;
  caseId?: string;
  contactId?: string;
  userId?: string;
  apiKeyId?: string;
  workflow?: string;
  runId?: string;
  stage?: string;
  dataClasses: readonly DataClass[];
  audiences: readonly string[];
  cache: "off" | "exact" | "semantic";
  traits?: CallTraits;
};
