import { canonicalJson } from "../../lib/canonical-json.ts";
import { sha256 } from "../../lib/sha256.ts";
import type { ModelRequest } from "../model.ts";
import type { CacheKey } from "./answer-cache.ts";

/** The id of a quote is drawn anew for each prompt, and says nothing. */
const QUOTE_ID = /(<\/?untrusted id=)"[0-9a-f]{16}"/g;
/** Taken first and looked at for digits after, so that a long run of letters is read once. */
const WORD = /[\p{L}\d.,:/-]+/gu;
/** A word that begins with a capital inside of a sentence: a name, or in some languages a noun. */
const NAME = /(?<=[\p{L}\p{N},;:)"'’] )\p{Lu}[\p{L}'’-]+/gu;
/** What stands for a personal value; the same token means another value in another case. */
const PLACEHOLDER = /\[[A-Z]+(?:_[A-Z]+)*_[1-9]\d{0,6}\]/;

/**
 * Under what an answer to this request may be kept and given again; null: under nothing.
 *
 * Whether it may be kept at all is for `cacheModeOf` to say. Personal is what the caller says is (`dataClasses`), a placeholder anywhere, what a tool has told, images, and every earlier
 * word of a conversation. It is kept only with `mayKeepPersonal`, and then for that one contact. Everything else of the request
 * but its last question is in the partition: rights, purpose, route, application, instructions, passages, tools, settings, form of the answer.
 */
export function cacheKey(request: ModelRequest, mayKeepPersonal: boolean): CacheKey | null {
  const { context } = request;
  const question = request.messages.at(-1);
  if (question?.role !== "user") return null;
  const isPersonal = holdsPersonal(request);
  const contactId = isPersonal ? (context.contactId ?? null) : null;
  if (isPersonal && (!mayKeepPersonal || contactId === null)) return null;
  const partition = {
    contactId, audiences: [...new Set(context.audiences)].sort(), purpose: context.purpose, apiKeyId: context.apiKeyId ?? null, route: context.route ?? null, workflow: context.workflow ?? null, language: context.traits?.language ?? null, stage: context.stage ?? null,
    before: request.messages.slice(0, -1).map((message) => ({ ...message, text: message.text.replace(QUOTE_ID, "$1") })), tools: request.tools, toolChoice: request.toolChoice ?? null, schema: request.answerSchema ?? null, maxOutputTokens: request.maxOutputTokens, temperature: request.temperature, topP: request.topP ?? null, stop: request.stopSequences ?? null, seed: request.seed ?? null,
    // Near questions with other numbers or names in them are other questions.
    numbers: (question.text.match(WORD) ?? []).filter((word) => /\d/.test(word)).sort(), names: (question.text.match(NAME) ?? []).sort(),
    // A case's placeholders are its own.
    caseId: isPersonal ? (context.caseId ?? null) : null,
  };
  return { partition: sha256(canonicalJson(partition)), questionHash: sha256(question.text), contactId };
}

function holdsPersonal({ context, messages }: ModelRequest): boolean {
  if (context.dataClasses.length > 0) return true;
  return messages.some((message, place) => message.role === "tool" || message.role === "assistant" || (message.role === "user" && (place < messages.length - 1 || (message.images?.length ?? 0) > 0)) || PLACEHOLDER.test(message.text));
}
