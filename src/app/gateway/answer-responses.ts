import { journal, noModel } from "./answer-chat.ts";
import { checkAnswerSchema } from "./chat-request.ts";
import { contextOf, wantsKnowledge, type GatewayCall, type GatewayDeps } from "./gateway-call.ts";
import { oneCall } from "./one-call.ts";
import { readResponsesRequest, requestOfResponses } from "./responses-request.ts";
import { answerFromKnowledge } from "./support.ts";
import { writeResponse } from "./write-response.ts";

/** `POST /v1/responses`: the same models in the newer form of OpenAI's API. Nothing is kept for a later request. Throws what keeps it from an answer. */
export async function answerResponses(deps: GatewayDeps, call: GatewayCall, given: unknown): Promise<void> {
  const body = readResponsesRequest(given);
  const context = contextOf(call, "responses", body.model, body.user);
  const request = requestOfResponses(body, context, call.signal);
  checkAnswerSchema(request.answerSchema, "text.format");
  const { model } = deps.models;
  if (model === null && !wantsKnowledge(call, body.model)) throw noModel();
  const parts = model === null || wantsKnowledge(call, body.model) ? answerFromKnowledge(deps, call, request) : model.stream(request);
  journal(deps, call, request, await writeResponse(call, body.parallel_tool_calls === false ? oneCall(parts) : parts, body));
}
