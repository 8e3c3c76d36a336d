import { buildInstructions } from "../../agents/prompt.ts";
import { permittedAudiences } from "../../conversation/stages/authorize.ts";
import { citePassages } from "../../conversation/stages/cite-passages.ts";
import { findLeaks } from "../../guard/leak.ts";
import { notAllowed } from "../../identity/identity.errors.ts";
import { answerExtractively } from "../../knowledge/answer-extractive.ts";
import { recordBlockedSearch } from "../../knowledge/block-search.ts";
import type { EarlierMessage } from "../../knowledge/build-query.ts";
import { retrieve, wholeText, type Passage } from "../../knowledge/retrieve.ts";
import { AppError } from "../../lib/app-error.ts";
import { estimatePromptTokens, estimateTokens } from "../../models/estimate-tokens.ts";
import type { ModelPart, ModelRequest } from "../../models/model.ts";
import { readAnswer, type ModelAnswer } from "../../models/read-answer.ts";
import type { Citation } from "../../shapes/conversation.ts";
import { principalOf } from "../principal-of.ts";
import { filterOf, type GatewayCall, type GatewayDeps } from "./gateway-call.ts";
import { unsupported } from "./gateway.errors.ts";

/** A place in the answer that rests on an article. `startIndex` and `endIndex` in UTF-16 units, of the marker `[1]`. */
export type CitedPlace = { startIndex: number; endIndex: number; title: string; url: string; quote: string };

export type GatewayPart = ModelPart | { kind: "citations"; places: CitedPlace[] };

const PASSAGES = 8;
const CHANNEL = "gateway";
const FOUND_NOTHING = "I found nothing about that in the articles.";
const INSTRUCTIONS = "You answer questions of customers from the articles of the company.";

/**
 * An answer from the articles that this key may read, with its citations: a model writes it and is held to the passages; without
 * one, or where what it wrote is not supported, the sentences of the articles themselves.
 *
 * Nothing is given before the whole answer is known to hold. Throws `identity.not_allowed` when the key may read no articles.
 */
export async function* answerFromKnowledge(deps: GatewayDeps, call: GatewayCall, given: ModelRequest): AsyncGenerator<GatewayPart> {
  if (given.tools.length > 0 || given.answerSchema !== undefined) throw unsupported("tools", "Answers from the articles are texts: leave tools and response_format out, or ask another model.");
  const { key } = call;
  const audiences = permittedAudiences({ policy: deps.policy, audiences: deps.workspace.audiences }, principalOf(key), { channel: CHANNEL, isVerified: false });
  if (audiences.length === 0) {
    await recordBlockedSearch(deps.database, { tenantId: key.tenantId, asker: { actor: `key:${key.keyId}`, subjectId: key.keyId }, at: new Date(deps.clock.nowMs()) });
    throw notAllowed({ message: "This key may read no articles: a policy must permit it readAudience." });
  }
  const request = { ...given, context: { ...given.context, audiences } };
  const place = request.messages.findLastIndex((message) => message.role === "user");
  const question = request.messages[place]?.text ?? "";
  const earlier = request.messages.slice(0, Math.max(0, place)).flatMap((message): EarlierMessage[] => (message.role === "user" || message.role === "assistant" ? [{ author: message.role === "user" ? "contact" : "ai", text: message.text }] : []));
  const filter = filterOf(call);
  const asked = { tenantId: key.tenantId, audiences, query: question, earlier, limit: PASSAGES, call: given.context, ...(filter === undefined ? {} : { filter }) };
  const passages = question.trim() === "" ? [] : await retrieve(deps.turns.knowledge, asked);
  const own = answerExtractively({ question, passages, earlier });
  const written = deps.models.model === null || passages.length === 0 ? null : await write(deps, request, passages, own);
  if (written !== null && (await holds(deps, written.text, passages, request))) return yield* answerOf(written.text, citePassages(written.text, passages), written);
  const text = own.kind === "answer" ? own.text : own.kind === "ask_back" ? `Which of these do you mean?\n${own.options.map((option) => `• ${option}`).join("\n")}` : FOUND_NOTHING;
  yield* answerOf(text, own.kind === "answer" ? own.citations : [], written ?? free(request, text));
}

type Figures = Pick<ModelAnswer, "usage" | "served">;

/** Null: no model answered; then the articles' own sentences do. A budget that is used up is the client's to know. */
async function write(deps: GatewayDeps, request: ModelRequest, passages: readonly Passage[], own: ReturnType<typeof answerExtractively>): Promise<ModelAnswer | null> {
  const { model } = deps.models;
  if (model === null) return null;
  const told = request.messages.filter((message) => message.role === "system").map((message) => message.text);
  const evidence = own.kind === "answer" ? { kind: "answer" as const, options: [] } : own.kind === "ask_back" ? { kind: "ask_back" as const, options: own.options } : { kind: "decline" as const, options: [] };
  const instructions = buildInstructions({
    instructions: [deps.workspace.agent?.instructions ?? INSTRUCTIONS, ...told].join("\n\n"), today: new Date(deps.clock.nowMs()).toISOString().slice(0, 10), evidence,
    passages: passages.map((passage, at) => ({ marker: at + 1, title: passage.title, heading: passage.heading, text: wholeText(passage) })),
  });
  const messages = [{ role: "system" as const, text: instructions }, ...request.messages.filter((message) => message.role !== "system")];
  try {
    return await readAnswer(model, { ...request, messages, temperature: 0 });
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code === "models.cancelled" || thrown.code.startsWith("models.over_budget") || !thrown.code.startsWith("models.")) throw thrown;
    deps.log.warn("gateway.model_failed", { code: thrown.code });
    return null;
  }
}

/** Only what the passages say, and nothing personal that neither they nor the client have told. */
async function holds(deps: GatewayDeps, text: string, passages: readonly Passage[], request: ModelRequest): Promise<boolean> {
  const sources = passages.map(wholeText);
  if (findLeaks({ reply: text, allowed: [...sources, ...request.messages.map((message) => message.text)] }).length > 0) return false;
  return (await deps.turns.judge.judge({ reply: text, passages: sources, facts: [], told: [] })).isGrounded;
}

function free(request: ModelRequest, text: string): Figures {
  return { usage: { promptTokens: estimatePromptTokens(request.messages, []), completionTokens: estimateTokens(text), isEstimated: true }, served: { modelId: "built-in/extractive", provider: "built-in", costMicroUsd: 0 } };
}

function* answerOf(text: string, citations: readonly Citation[], { usage, served }: Figures): Generator<GatewayPart> {
  yield { kind: "text", text };
  const places = [...text.matchAll(/\[(\d{1,2})\]/g)].flatMap((match) => {
    const citation = citations.find((each) => each.marker === Number(match[1]));
    return citation === undefined ? [] : [{ startIndex: match.index, endIndex: match.index + match[0].length, title: citation.title, url: `baton://documents/${citation.documentId}`, quote: citation.quote }];
  });
  if (places.length > 0) yield { kind: "citations", places };
  yield { kind: "finish", reason: "stop", usage, served };
}
