import { estimatePromptTokens } from "../estimate-tokens.ts";
import type { RouteRule } from "../inventory/models-file.ts";
import type { ModelRequest } from "../model.ts";

/** The first rule of `models.yaml` all of whose conditions hold for a request; null: none. What the caller has not told fits no condition. Pure. */
export function applyRules(rules: readonly RouteRule[], request: ModelRequest): { use: string; reason: string } | null {
  const place = rules.findIndex((rule) => holds(rule.when, request));
  const rule = rules[place];
  return rule === undefined ? null : { use: rule.use, reason: `rule ${place + 1} of models.yaml` };
}

function holds(when: RouteRule["when"], request: ModelRequest): boolean {
  const { traits = {}, purpose } = request.context;
  const isAmong = (wanted: readonly string[] | undefined, given: string | undefined) => wanted === undefined || (given !== undefined && wanted.includes(given));
  if (!isAmong(when.intent, traits.intent) || !isAmong(when.risk, traits.risk) || !isAmong(when.language, traits.language) || !isAmong(when.channel, traits.channel) || !isAmong(when.purpose, purpose)) return false;
  return when.longerThan === undefined || estimatePromptTokens(request.messages, request.tools) > when.longerThan;
}
