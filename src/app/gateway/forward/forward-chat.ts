import { isRecord } from "../../../lib/is-record.ts";
import type { BudgetAsk } from "../../../models/budgets/budgets.ts";
import { countedUsage, thinksUnseen } from "../../../models/budgets/wrap-budget.ts";
import { worstCase, worstCost } from "../../../models/budgets/worst-case.ts";
import { forbiddenClasses } from "../../../models/inventory/data-rules.ts";
import type { OpenedModel } from "../../../models/inventory/open-model.ts";
import type { ModelRequest, ModelUsage } from "../../../models/model.ts";
import { modelCancelled, modelInvalidAnswer } from "../../../models/models.errors.ts";
import { modelErrorFrom } from "../../../models/provider-failure.ts";
import type { Candidate } from "../../../models/route/candidate.ts";
import { mostCharacters } from "../../../models/told-usage.ts";
import type { Placeholder } from "../../../guard/redactor.ts";
import type { ChatRequest } from "../chat-request.ts";
import type { GatewayCall, GatewayDeps } from "../gateway-call.ts";
import { EVENT_STREAM, headOf, JSON_TYPE, writeJson } from "../write-answer.ts";
import { answerCharacters } from "./count-answer.ts";
import { gatherWrites } from "./gather-writes.ts";
import { hideChat, restoreAnswer } from "./hide-chat.ts";
import type { ProviderAnswer } from "./provider-door.ts";
import { expectAnswer, readAll, readParts } from "./read-provider.ts";
import { readUsage, writeUsage } from "./read-usage.ts";
import { createEventRelay } from "./relay-events.ts";
import { throughGate, type Attempt, type Forwarded } from "./through-gate.ts";

export type Forward = { call: GatewayCall; chat: ChatRequest; request: ModelRequest; candidate: Candidate; opened: OpenedModel };

/** JSON may write a character in six. */
const BYTES_PER_CHARACTER = 8;
const NOTHING = Buffer.alloc(0);

/** Whether a model is spoken to in the very form in which the client speaks to us. */
export function speaksOurWire(opened: OpenedModel | undefined, chat: ChatRequest): opened is OpenedModel {
  if (opened === undefined || (opened.wire !== "openai" && opened.wire !== "openai-compatible") || !opened.abilities.has("stream")) return false;
  return chat.body.response_format?.type !== "json_schema" || opened.abilities.has("json");
}

/**
 * Hands a chat on to a provider of the same wire and its answer back, changing only what must change: the model's name, hidden
 * values, the limit of tokens, the class of service. Reserved, settled, limited, retried and left alone as every other call of this model is.
 *
 * Nothing has been written to the client when it throws with `response.headersSent` false: another model may then answer.
 * Errors: as of `Model.stream`.
 */
export function forwardChat(deps: GatewayDeps, forward: Forward): Promise<Forwarded> {
  const { call, request, candidate, opened } = forward;
  const prepared = prepare(deps, forward);
  const hasUnseen = !prepared.wantsStream || thinksUnseen(opened.modelId, true);
  return throughGate(deps, { request, candidate, opened, ask: askFor(forward, prepared), hasUnseen, mayRepeat: () => !call.response.headersSent }, async (attempt) => {
    const answer = await deps.door.post(opened, "/chat/completions", prepared.bytes, attempt.limits.signal);
    await expectAnswer(deps.door, opened, answer, prepared.wantsStream ? /^text\/event-stream/i : /^application\/json/i, attempt.details);
    return prepared.wantsStream ? relayStream(forward, prepared, answer, attempt) : relayWhole(forward, prepared, answer, attempt);
  });
}

type Prepared = { bytes: Buffer; placeholders: readonly Placeholder[]; wantsStream: boolean; wantsUsage: boolean; isJson: boolean };

/** The body as it goes to the provider. What only Baton reads stays here. */
function prepare(deps: GatewayDeps, { chat, request, candidate, opened }: Forward): Prepared {
  const { raw, body } = chat;
  const isHidden = forbiddenClasses(deps.models.dataRules, request.context.dataClasses, candidate.model.handling).length > 0;
  const hidden = isHidden ? hideChat(deps.turns.redactor, raw) : null;
  const { user: _, safety_identifier: __, prompt_cache_key: ___, metadata: ____, store: _____, stream_options: ______, max_tokens: _______, max_completion_tokens: ________, service_tier: _________, ...kept } = raw;
  const wantsStream = body.stream === true;
  const isOpenAi = opened.wire === "openai";
  // One limit, which is the one that was reserved; and the class of service that the price is for, which an account may have set otherwise.
  const set = { model: opened.modelId, [isOpenAi ? "max_completion_tokens" : "max_tokens"]: request.maxOutputTokens, ...(isOpenAi ? { service_tier: "default" } : {}), ...(wantsStream ? { stream_options: { include_usage: true } } : {}) };
  const sent = hidden === null ? { ...kept, ...set } : { ...kept, ...hidden.changed, ...set };
  return { bytes: Buffer.from(JSON.stringify(sent)), placeholders: hidden?.placeholders ?? [], wantsStream, wantsUsage: body.stream_options?.include_usage === true, isJson: request.answerSchema !== undefined };
}

/** The most that it can cost. Members that only the provider knows are sent too, and count; the bytes of pictures do not. */
function askFor({ request, candidate: { model } }: Forward, { bytes }: Prepared): BudgetAsk {
  const ask = worstCase(model, request);
  const hasImages = request.messages.some((message) => message.role === "user" && message.images !== undefined);
  if (hasImages || bytes.length <= ask.promptTokens) return ask;
  const more = { ...ask, promptTokens: bytes.length };
  return { ...more, microUsd: worstCost(model.priceMicroUsdPerMillion, more) };
}

async function relayWhole({ call, opened, request }: Forward, prepared: Prepared, { head }: ProviderAnswer, { came, details, begin, limits }: Attempt): Promise<ModelUsage | null> {
  const onPart = () => {
    begin();
    limits.move();
  };
  const bytes = await readAll(head, mostCharacters(request.maxOutputTokens) * BYTES_PER_CHARACTER, onPart, details);
  const text = bytes.toString("utf8");
  let answer: unknown = null;
  try {
    answer = JSON.parse(text);
  } catch {
    // Told below, with every other thing that is no answer.
  }
  if (!isRecord(answer) || !Array.isArray(answer["choices"])) throw isRecord(answer) && isRecord(answer["error"]) ? modelErrorFrom({ status: null, body: answer, message: "", headers: {} }, details) : modelInvalidAnswer({ details });
  const restored = restoreAnswer(answer, prepared.placeholders, prepared.isJson);
  if (call.signal.aborted) throw modelCancelled({ details });
  writeJson(call.response, 200, headOf(JSON_TYPE, call.requestId, opened.name), restored === answer ? bytes : restored);
  came.characters = answerCharacters(text);
  return readUsage(answer["usage"], { provider: opened.provider, request, characters: came.characters });
}

async function relayStream(forward: Forward, prepared: Prepared, answer: ProviderAnswer, attempt: Attempt): Promise<ModelUsage | null> {
  const { call: { response, requestId }, opened, request } = forward;
  const { details, came, limits } = attempt;
  const gathered = gatherWrites(response);
  const writeHead = () => void (response.headersSent || response.writeHead(200, headOf(EVENT_STREAM, requestId, opened.name)));
  const write = (bytes: Buffer, isEnding: boolean) => {
    writeHead();
    if (gathered.write(bytes, isEnding)) return;
    answer.head.pause();
    limits.pause();
  };
  const relay = createEventRelay({ ...prepared, maxCharacters: mostCharacters(request.maxOutputTokens), details, write, onBegin: attempt.begin });
  const resume = () => {
    limits.move();
    answer.head.resume();
  };
  const told = () => {
    came.characters = relay.characters();
    return readUsage(relay.figures(), { provider: opened.provider, request, characters: came.characters });
  };
  response.on("drain", resume);
  try {
    await readParts(answer.head, (chunk) => {
      limits.move();
      relay.push(chunk);
    }, details);
    relay.end();
  } catch (thrown) {
    answer.stop();
    attempt.told = told();
    // What had come is the client's, before the error.
    const rest = gathered.take();
    if (rest !== null && !response.destroyed) response.write(rest);
    throw thrown;
  } finally {
    response.off("drain", resume);
  }
  const believed = told();
  const usage = believed ?? countedUsage(request, came);
  const figures = believed === null && prepared.wantsUsage ? `data: ${JSON.stringify({ id: requestId, object: "chat.completion.chunk", created: Math.floor(Date.now() / 1_000), model: opened.modelId, choices: [], usage: writeUsage(usage) })}\n\n` : "";
  writeHead();
  response.end(Buffer.concat([gathered.take() ?? NOTHING, Buffer.from(`${figures}data: [DONE]\n\n`)]));
  return usage;
}
