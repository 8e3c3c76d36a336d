import type { IncomingMessage } from "node:http";
import { isRecord } from "../../lib/is-record.ts";
import { countedUsage, failedEnd, outcomeOf, codeOf, refusalError, type Came } from "../../models/budgets/wrap-budget.ts";
import { worstCase } from "../../models/budgets/worst-case.ts";
import { forbiddenClasses } from "../../models/inventory/data-rules.ts";
import type { OpenedModel } from "../../models/inventory/open-model.ts";
import type { ModelRequest, ModelUsage } from "../../models/model.ts";
import { modelCancelled, modelInvalidAnswer, modelTimeout, modelUnavailable } from "../../models/models.errors.ts";
import { costMicroUsd } from "../../models/prices.ts";
import { modelErrorFrom } from "../../models/provider-failure.ts";
import type { Candidate } from "../../models/route/candidate.ts";
import { DEFAULT_RETRY, isRetryable, systemDeps, waitBeforeRetry } from "../../models/wrappers/with-retry.ts";
import { DEFAULT_OUTPUT_TOKENS, type ChatRequest } from "./chat-request.ts";
import type { GatewayCall, GatewayDeps } from "./gateway-call.ts";
import { gatherWrites } from "./gather-writes.ts";
import { hideChat, restoreAnswer } from "./hide-chat.ts";
import type { Placeholder } from "../../guard/redactor.ts";
import type { ProviderAnswer } from "./provider-door.ts";
import { readUsage, writeUsage } from "./read-usage.ts";
import { createEventRelay } from "./relay-events.ts";
import { EVENT_STREAM, headOf, JSON_TYPE, writeJson } from "./write-answer.ts";

export type Forward = { call: GatewayCall; chat: ChatRequest; request: ModelRequest; candidate: Candidate; opened: OpenedModel };

/** How a forwarded call ended, for metrics and ledger. */
export type Forwarded = { usage: ModelUsage; microUsd: number | null; firstPartMs: number | null };

const MAX_WHOLE = 32 * 1024 * 1024;
const MAX_ERROR = 64 * 1024;
const NOTHING = Buffer.alloc(0);

/** Whether a model is spoken to in the very form in which the client speaks to us. */
export function speaksOurWire(opened: OpenedModel | undefined, chat: ChatRequest): opened is OpenedModel {
  if (opened === undefined || (opened.wire !== "openai" && opened.wire !== "openai-compatible") || !opened.abilities.has("stream")) return false;
  return chat.body.response_format?.type !== "json_schema" || opened.abilities.has("json");
}

/**
 * Hands a chat on to a provider of the same wire and its answer back, changing only what must change: the model's name, hidden
 * values, the limit of tokens. Reserved, settled, limited, retried and left alone as every other call of this model is.
 *
 * Nothing has been written to the client when it throws with `response.headersSent` false: another model may then answer.
 * Errors: as of `Model.stream`.
 */
export async function forwardChat(deps: GatewayDeps, forward: Forward): Promise<Forwarded> {
  const { call, candidate } = forward;
  const prepared = prepare(deps, forward);
  const taken: { free(): void }[] = [];
  try {
    for (const place of candidate.gate.places) {
      await place.take(call.signal);
      taken.push(place);
    }
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await attemptOnce(deps, forward, prepared);
      } catch (thrown) {
        if (call.response.headersSent || !isRetryable(thrown) || attempt >= DEFAULT_RETRY.maxAttempts) throw thrown;
        await waitBeforeRetry({ settings: DEFAULT_RETRY, deps: systemDeps, model: candidate.model }, thrown, attempt, call.signal);
      }
    }
  } finally {
    for (const place of taken) place.free();
  }
}

type Prepared = { text: string; placeholders: readonly Placeholder[]; wantsStream: boolean; wantsUsage: boolean; isJson: boolean };

/** The body as it goes to the provider. What only Baton reads stays here. */
function prepare(deps: GatewayDeps, { chat, request, candidate, opened }: Forward): Prepared {
  const { raw, body } = chat;
  const isHidden = forbiddenClasses(deps.models.dataRules, request.context.dataClasses, candidate.model.handling).length > 0;
  const hidden = isHidden ? hideChat(deps.turns.redactor, Array.isArray(raw["messages"]) ? raw["messages"] : []) : null;
  const { user: _, safety_identifier: __, prompt_cache_key: ___, metadata: ____, store: _____, stream_options: ______, ...kept } = raw;
  const wantsStream = body.stream === true;
  const hasLimit = (body.max_tokens ?? body.max_completion_tokens ?? null) !== null;
  const limit = hasLimit ? {} : { [opened.wire === "openai" ? "max_completion_tokens" : "max_tokens"]: DEFAULT_OUTPUT_TOKENS };
  const sent = { ...kept, model: opened.modelId, ...(hidden === null ? {} : { messages: hidden.messages }), ...limit, ...(wantsStream ? { stream_options: { include_usage: true } } : {}) };
  return { text: JSON.stringify(sent), placeholders: hidden?.placeholders ?? [], wantsStream, wantsUsage: body.stream_options?.include_usage === true, isJson: request.answerSchema !== undefined };
}

async function attemptOnce(deps: GatewayDeps, forward: Forward, prepared: Prepared): Promise<Forwarded> {
  const { request, candidate: { model, gate } } = forward;
  const outcome = await gate.breaker.enter();
  try {
    const reserving = deps.budgets.reserve(request.context, worstCase(model, request));
    const reservation = reserving instanceof Promise ? await reserving : reserving;
    if (reservation.kind === "refused") throw refusalError(reservation);
    const came: Came = { text: "", firstPartMs: null, isSent: !request.signal.aborted };
    try {
      const usage = await exchange(deps, forward, prepared, came);
      const microUsd = costMicroUsd(model.priceMicroUsdPerMillion, usage);
      deps.budgets.settle(reservation.id, { usage, microUsd, outcome: "ok", firstPartMs: came.firstPartMs });
      outcome.resolve();
      return { usage, microUsd, firstPartMs: came.firstPartMs };
    } catch (thrown) {
      const failed = failedEnd(model, request, thrown, came);
      if (failed === null) deps.budgets.release(reservation.id, { outcome: outcomeOf(thrown), errorCode: codeOf(thrown) });
      else deps.budgets.settle(reservation.id, { ...failed, firstPartMs: came.firstPartMs });
      throw thrown;
    }
  } catch (thrown) {
    outcome.reject(thrown);
    await outcome.isCounted;
    throw thrown;
  }
}

/** One request and its answer, with the limits of its time. Returns its figures, counted where the provider gives none. */
async function exchange(deps: GatewayDeps, forward: Forward, prepared: Prepared, came: Came): Promise<ModelUsage> {
  const { call, candidate: { gate }, opened, request } = forward;
  const details = { provider: opened.provider, modelId: opened.modelId };
  const closing = new AbortController();
  // `AbortSignal.any` costs as much as the rest of this.
  const leave = () => closing.abort();
  call.signal.addEventListener("abort", leave, { once: true });
  if (call.signal.aborted) leave();
  const from = performance.now();
  let expired: Error | null = null;
  const limit = (phase: "first_part" | "idle" | "total", timeoutMs: number) => setTimeout(() => {
    expired ??= modelTimeout({ details: { ...details, phase, timeoutMs } });
    closing.abort();
  }, timeoutMs);
  const timers = [limit("first_part", gate.timeouts.firstPartMs), limit("total", gate.timeouts.totalMs)];
  const onPart = () => {
    if (came.firstPartMs !== null) return void timers[2]?.refresh();
    came.firstPartMs = Math.round(performance.now() - from);
    clearTimeout(timers[0]);
    timers.push(limit("idle", gate.timeouts.idleMs));
  };
  try {
    const answer = await deps.door.post(opened, "/chat/completions", prepared.text, closing.signal);
    await expectAnswer(deps, forward, answer, prepared.wantsStream ? /^text\/event-stream/i : /^application\/json/i, details);
    const usage = prepared.wantsStream ? await relayStream(forward, prepared, answer, came, onPart, details) : await relayWhole(forward, prepared, answer, came, onPart, details);
    return usage ?? countedUsage(request, came);
  } catch (thrown) {
    if (expired !== null) throw expired;
    throw call.signal.aborted ? modelCancelled({ details }) : thrown;
  } finally {
    call.signal.removeEventListener("abort", leave);
    for (const timer of timers) clearTimeout(timer);
  }
}

/** Throws what a status or a wrong type of content means. */
async function expectAnswer(deps: GatewayDeps, { opened }: Forward, { head, stop }: ProviderAnswer, type: RegExp, details: Record<string, unknown>): Promise<void> {
  const status = head.statusCode ?? 0;
  if (status === 200 && type.test(head.headers["content-type"] ?? "")) return;
  if (status === 200) {
    stop();
    throw modelInvalidAnswer({ details: { ...details, contentType: head.headers["content-type"] ?? "" } });
  }
  const body = await readAll(head, MAX_ERROR, () => {}, details).catch(() => Buffer.alloc(0));
  const headers = Object.fromEntries(Object.entries(head.headers).map(([name, value]) => [name, String(value)]));
  if (status === 401 || status === 403) deps.door.forgetKey(opened);
  throw modelErrorFrom({ status, body: body.toString("utf8"), message: `HTTP ${status}`, headers }, details);
}

async function relayWhole({ call, opened }: Forward, prepared: Prepared, { head }: ProviderAnswer, came: Came, onPart: () => void, details: Record<string, unknown>): Promise<ModelUsage | null> {
  const bytes = await readAll(head, MAX_WHOLE, onPart, details);
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
  writeJson(call.response, 200, headOf(JSON_TYPE, call.requestId, opened.name), restored === answer ? text : restored);
  const told = readUsage(answer["usage"]);
  // Without figures all of it is counted, which errs to the dear side.
  if (told === null) came.text = JSON.stringify(answer["choices"]);
  return told;
}

async function relayStream(forward: Forward, prepared: Prepared, answer: ProviderAnswer, came: Came, onPart: () => void, details: Record<string, unknown>): Promise<ModelUsage | null> {
  const { call: { response, requestId }, opened, request } = forward;
  const gathered = gatherWrites(response);
  const write = (bytes: Buffer) => {
    if (!response.headersSent) response.writeHead(200, headOf(EVENT_STREAM, requestId, opened.name));
    if (!gathered.write(bytes)) answer.head.pause();
  };
  const relay = createEventRelay({ ...prepared, details, write });
  const resume = () => void answer.head.resume();
  response.on("drain", resume);
  try {
    await readParts(answer, (chunk) => {
      onPart();
      relay.push(chunk);
    }, details);
    relay.end();
  } catch (thrown) {
    answer.stop();
    came.text = relay.text();
    // What had come is the client's, before the error.
    const rest = gathered.take();
    if (rest !== null && !response.destroyed) response.write(rest);
    throw thrown;
  } finally {
    response.off("drain", resume);
  }
  const told = relay.usage();
  if (told === null) came.text = relay.text();
  const usage = told ?? countedUsage(request, came);
  const figures = told === null && prepared.wantsUsage ? `data: ${JSON.stringify({ id: requestId, object: "chat.completion.chunk", created: Math.floor(Date.now() / 1_000), model: opened.modelId, choices: [], usage: writeUsage(usage) })}\n\n` : "";
  if (!response.headersSent) response.writeHead(200, headOf(EVENT_STREAM, requestId, opened.name));
  response.end(Buffer.concat([gathered.take() ?? NOTHING, Buffer.from(`${figures}data: [DONE]\n\n`)]));
  return usage;
}

function readParts({ head }: Pick<ProviderAnswer, "head">, onPart: (chunk: Buffer) => void, details: Record<string, unknown>): Promise<void> {
  return new Promise((resolve, reject) => {
    head.on("data", (chunk: Buffer) => {
      try {
        onPart(chunk);
      } catch (thrown) {
        reject(thrown);
      }
    });
    head.once("end", resolve);
    head.once("error", (error) => reject(modelUnavailable({ details, cause: error })));
    // Broken off without an error of its own.
    head.once("close", () => void (head.complete || reject(modelUnavailable({ details, cause: new Error("The connection was closed in the middle of the answer.") }))));
  });
}

async function readAll(head: IncomingMessage, most: number, onPart: () => void, details: Record<string, unknown>): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  await readParts({ head }, (chunk) => {
    onPart();
    size += chunk.length;
    if (size > most) {
      head.destroy();
      throw modelInvalidAnswer({ details });
    }
    parts.push(chunk);
  }, details);
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
}
