import type { DataClass } from "../shapes/data-class.ts";

/** `exact`: an answer to the very same question may be given again; `semantic`: also to one that means nearly the same. */
export const CACHE_MODES = ["off", "exact", "semantic"] as const;
export type CacheMode = (typeof CACHE_MODES)[number];

/** What a call is for; budgets, routes and reports tell calls apart by it. `search` and `index` are vectors: of what is asked, and of what is searched. */
export const CALL_PURPOSES = ["reply", "understand", "judge", "rewrite", "workflow", "gateway", "evaluate", "search", "index"] as const;
export type CallPurpose = (typeof CALL_PURPOSES)[number];

/** What routing rules may ask about a call. `risk` is the most serious risk of the message, as `legal`; `language` an ISO 639-1 code. */
export type CallTraits = { intent?: string; risk?: string; language?: string; channel?: string };

/**
 * On whose behalf and to what end a model is called. Every wrapper reads it, no adapter does.
 *
 * `dataClasses`: what the request holds AFTER redaction; placeholders are not personal data, so a redacted prompt has none.
 * `audiences`: the rights under which the knowledge in the prompt was found; a cached answer is given only to the very same ones.
 * `cache`: whether the same answer may be given again to somebody with the same rights. Absent: as `models.yaml` says for the route or the purpose; `off`: never.
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
  cache?: CacheMode;
  traits?: CallTraits;
};
