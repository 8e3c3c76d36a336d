import { INJECTION_FROM, scanForInjection } from "../../guard/injection.ts";
import type { IntentRule } from "../../workspace/workspace.ts";
import type { Tool } from "../../tools/tool.ts";
import type { Decision } from "../turn.ts";

/** Longer messages hold more than a wish: a mail that was passed on, a page that was pasted. */
const PLAIN_WISH = 400;
/** Where somebody else's words begin. */
const QUOTED = /(?:^|\n)(?:\s{0,3}>|-{2,} ?(?:original|forwarded|weitergeleitet|ursprünglich|message)|(?:subject|from|betreff|von|objet|asunto) ?:)/iu;

/**
 * Whether the contact has asked in plain own words for what a tool does: by the verb in the tool's or its intent's name, or by the
 * intent of the message. What stands in articles, results of tools, quoted mails or long pasted texts is nobody's wish, so an
 * effect that a model wants to have from there is put to the contact first.
 *
 * Shapes: `messages` are the contact's, the one of this turn first, then earlier ones. Replay: pure.
 */
export function isAskedFor(tool: Pick<Tool, "name">, rule: Pick<IntentRule, "name"> | undefined, decision: Pick<Decision, "intent">, messages: readonly string[]): boolean {
  const verbs = [...new Set([tool.name, rule?.name ?? tool.name].map((name) => name.split("_")[0] ?? name))];
  const named = new RegExp(`(?<!\\p{L})(?:${verbs.join("|")})`, "iu");
  return messages.some((text, at) => isPlainWish(text) && (named.test(text) || (at === 0 && rule !== undefined && decision.intent === rule.name)));
}

function isPlainWish(text: string): boolean {
  return text.length <= PLAIN_WISH && !QUOTED.test(text) && scanForInjection(text).score < INJECTION_FROM;
}
