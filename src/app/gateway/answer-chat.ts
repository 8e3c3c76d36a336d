import { AppError } from "../../lib/app-error.ts";
import type { ModelRequest } from "../../models/model.ts";
import { modelUnknown } from "../../models/models.errors.ts";
import type { Candidate } from "../../models/route/candidate.ts";
import { mayGoOn } from "../../models/route/first-to-answer.ts";
import { recordSpan } from "../compose-models.ts";
import { checkAnswerSchema, readChatRequest, toModelRequest, wireOnly, type ChatRequest } from "./chat-request.ts";
import { forwardChat, speaksOurWire } from "./forward/forward-chat.ts";
import { AUTO, contextOf, SUPPORT, wantsKnowledge, type GatewayCall, type GatewayDeps } from "./gateway-call.ts";
import { unsupported } from "./gateway.errors.ts";
import { oneCall } from "./one-call.ts";
import { answerFromKnowledge } from "./support.ts";
import { writeChat, type PartsEnd } from "./write-chat.ts";

/**
 * `POST /v1/chat/completions`: to the first model of the route that may and can answer, byte for byte where it speaks the same
 * wire, else in parts that are written anew. Throws what keeps it from an answer; what has been written stands in `call.response`.
 */
export async function answerChat(deps: GatewayDeps, call: GatewayCall, given: unknown): Promise<void> {
  const chat = readChatRequest(given);
  const { model, user } = chat.body;
  const context = contextOf(call, "chat", model, user);
  const request = toModelRequest(chat, context, call.signal, false);
  if (wantsKnowledge(call, model)) return journal(deps, call, request, await writeChat(call, answerFromKnowledge(deps, call, inParts(chat, request)), formOf(chat)));
  if (deps.models.plan === null) throw noModel();
  const looked = deps.models.traitsOf(request);
  const thrifty = await thriftyRequest(deps, looked instanceof Promise ? await looked : looked);
  const plan = await deps.models.plan(thrifty);
  // A tool cannot stand in for a form where tools are wanted too.
  const needed = wireOnly(chat.body) ?? (request.answerSchema !== undefined && request.tools.length > 0 ? "response_format" : null);
  const candidates = needed === null ? plan.candidates : plan.candidates.filter((candidate) => speaksOurWire(deps.models.inventory.get(candidate.name), chat));
  if (candidates.length === 0) throw unsupported(needed ?? "model", `No model of this route takes "${needed}"${needed === "response_format" ? " together with tools" : ""}.`);
  // A hedge and a cache stand around the models, not around bytes.
  const isWhole = plan.hedge !== null || ((needed === null || context.cache !== undefined) && deps.models.usesCache(thrifty));
  await firstThatAnswers(deps, call, chat, thrifty, isWhole ? [] : candidates);
}

/** Each model in its own way, until one answers. A route that begins with another wire is its router's. */
async function firstThatAnswers(deps: GatewayDeps, call: GatewayCall, chat: ChatRequest, request: ModelRequest, candidates: readonly Candidate[]): Promise<void> {
  for (const [place, candidate] of candidates.entries()) {
    const opened = deps.models.inventory.get(candidate.name);
    if (place === 0 && !speaksOurWire(opened, chat)) break;
    try {
      if (speaksOurWire(opened, chat)) return await forwarded(deps, { call, chat, request, candidate, opened });
      return await inPartsBy(deps, call, chat, { ...request, context: { ...request.context, route: candidate.name } });
    } catch (thrown) {
      const next = candidates[place + 1];
      if (next === undefined || call.response.headersSent || call.signal.aborted || !mayGoOn(thrown) || !mayMend(thrown, candidate, next)) throw thrown;
    }
  }
  return inPartsBy(deps, call, chat, request);
}

/** A prompt that was too long needs a larger context. */
function mayMend(thrown: unknown, failed: Candidate, next: Candidate): boolean {
  const isTooLong = thrown instanceof AppError && thrown.code === "models.prompt_too_long";
  return !isTooLong || next.contextTokens === null || failed.contextTokens === null || next.contextTokens > failed.contextTokens;
}

async function forwarded(deps: GatewayDeps, forward: Parameters<typeof forwardChat>[1]): Promise<void> {
  const { call, request, candidate, opened } = forward;
  const startedAtMs = Date.now();
  const from = performance.now();
  const since = () => Math.round((performance.now() - from) * 1_000);
  const span = { "gen_ai.operation.name": "chat", "gen_ai.provider.name": candidate.model.provider, "gen_ai.request.model": request.context.route ?? AUTO, "gen_ai.response.model": opened.modelId };
  try {
    const end = await forwardChat(deps, forward);
    recordSpan(deps, { context: request.context, startedAtMs, durationUs: since(), firstPartUs: end.firstPartMs === null ? null : end.firstPartMs * 1_000, attributes: { ...span, "gen_ai.usage.input_tokens": end.usage.promptTokens, "gen_ai.usage.output_tokens": end.usage.completionTokens } });
    journal(deps, call, request, { usage: end.usage, firstPartMs: end.firstPartMs, served: { name: opened.name, modelId: opened.modelId, provider: candidate.model.provider, costMicroUsd: end.microUsd } });
  } catch (thrown) {
    recordSpan(deps, { context: request.context, startedAtMs, durationUs: since(), firstPartUs: null, attributes: { ...span, "error.type": thrown instanceof AppError ? thrown.code : "error" } });
    throw thrown;
  }
}

async function inPartsBy(deps: GatewayDeps, call: GatewayCall, chat: ChatRequest, request: ModelRequest): Promise<void> {
  const { model } = deps.models;
  if (model === null) throw noModel();
  const needed = wireOnly(chat.body);
  if (needed !== null) throw unsupported(needed, `"${needed}" goes only to models that are asked by OpenAI's own form, without a cache or a second request beside the first.`);
  const whole = inParts(chat, request);
  if (whole.answerSchema !== undefined && whole.tools.length > 0) throw unsupported("response_format", "Of this model an answer by schema cannot be asked for together with tools.");
  journal(deps, call, request, await writeChat(call, chat.body.parallel_tool_calls === false ? oneCall(model.stream(whole)) : model.stream(whole), formOf(chat)));
}

/** The request with everything that only the way there did not need. */
function inParts(chat: ChatRequest, request: ModelRequest): ModelRequest {
  checkAnswerSchema(request.answerSchema, "response_format");
  return { ...toModelRequest(chat, request.context, request.signal, true) };
}

/** What `wrapThrift` does for whoever asks in parts. */
async function thriftyRequest(deps: GatewayDeps, request: ModelRequest): Promise<ModelRequest> {
  const looked = deps.budgets.outlook(request.context);
  const outlook = looked instanceof Promise ? await looked : looked;
  return outlook.kind === "open" ? request : { ...request, context: { ...request.context, isThrifty: true, ...(outlook.use === null ? {} : { route: outlook.use }) } };
}

function formOf({ body }: ChatRequest) {
  return { model: body.model, isStream: body.stream === true, wantsUsage: body.stream_options?.include_usage === true };
}

/** The call's entry in the ledger: ids and figures, no text. */
export function journal(deps: GatewayDeps, call: GatewayCall, request: Pick<ModelRequest, "context">, { usage, served }: PartsEnd): void {
  deps.journal.add(call.key.tenantId, {
    kind: "gateway.answered", subjectId: call.requestId, actor: `key:${call.key.keyId}`, at: new Date(deps.clock.nowMs()),
    body: { stage: request.context.stage, route: request.context.route ?? null, model: served?.modelId ?? null, promptTokens: usage.promptTokens, completionTokens: usage.completionTokens, microUsd: served?.costMicroUsd ?? null },
  });
}

export function noModel(): AppError {
  return modelUnknown({ message: `No model is set up here. Ask ${SUPPORT} for answers from the articles, or add models.yaml to the workspace.` });
}

