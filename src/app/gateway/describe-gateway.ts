import { z, type OpenAPIHono } from "@hono/zod-openapi";
import { body, json, type ApiEnv } from "../http/api.ts";
import { chatBody } from "./chat-request.ts";
import { embeddingsBody } from "./embeddings-request.ts";
import { responsesBody } from "./responses-request.ts";

type Registry = OpenAPIHono<ApiEnv>["openAPIRegistry"];

const model = z.object({ id: z.string(), object: z.literal("model"), created: z.number(), owned_by: z.string() }).openapi("GatewayModel");
const failure = z.object({ error: z.object({ message: z.string(), type: z.string(), param: z.string().nullable(), code: z.string() }) }).openapi("GatewayError");
const figures = z.object({ prompt_tokens: z.number(), completion_tokens: z.number(), total_tokens: z.number() });
const answer = z.object({
  id: z.string(), object: z.literal("chat.completion"), created: z.number(), model: z.string(), usage: figures,
  choices: z.array(z.object({ index: z.number(), finish_reason: z.string(), message: z.looseObject({ role: z.literal("assistant"), content: z.string().nullable() }) })),
}).openapi("GatewayChat");
const response = z.looseObject({ id: z.string(), object: z.literal("response"), status: z.string(), model: z.string(), output: z.array(z.looseObject({ id: z.string(), type: z.enum(["message", "function_call"]) })) }).openapi("GatewayResponse");
const vectors = z.object({ object: z.literal("list"), model: z.string(), data: z.array(z.object({ object: z.literal("embedding"), index: z.number(), embedding: z.union([z.array(z.number()), z.string()]) })), usage: z.object({ prompt_tokens: z.number(), total_tokens: z.number() }) }).openapi("GatewayEmbeddings");

const failures = Object.fromEntries([400, 401, 403, 404, 405, 413, 429, 502, 503, 504].map((status) => [status, json(failure, "An error in OpenAI's form.")]));
const shared = { tags: ["gateway"], security: [{ bearer: [] }] };

/** What a caller may say beside the body. */
const callHeaders = z.object({
  "x-baton-user": z.string().max(200).optional().openapi({ description: "Whose call it is, for budgets and costs; without it the body's user." }),
  "x-baton-data": z.literal("none").optional().openapi({ description: "The request holds nothing personal: nothing is hidden in it. The key has no scopes, or the scope `vouch`." }),
});
const answerHeaders = callHeaders.extend({
  "x-baton-cache": z.enum(["off", "exact", "semantic"]).optional().openapi({ description: "Whether an answer may be one that was given before." }),
  "x-baton-knowledge": z.enum(["on", "off"]).optional().openapi({ description: "Answers from the articles that the key may read, with citations; the model baton/support does so too." }),
  "x-baton-filter": z.string().optional().openapi({ description: "Which articles are searched: languages, products, brands (lists) and updatedAfter (a day), as JSON.", example: '{"brands":["acme"]}' }),
});

/** `/v1` in the OpenAPI document; its routes stand beside Hono, so that nothing else would tell of them. */
export function describeGateway(registry: Registry): void {
  registry.registerPath({
    ...shared, method: "post", path: "/v1/chat/completions", summary: "A chat, as of OpenAI's API", request: { headers: answerHeaders, ...body(chatBody) },
    responses: { 200: { description: "The answer, or with stream its chunks as server-sent events, the last of them [DONE].", content: { "application/json": { schema: answer }, "text/event-stream": { schema: z.string() } } }, ...failures },
  });
  registry.registerPath({
    ...shared, method: "post", path: "/v1/responses", summary: "A response, as of OpenAI's API; nothing is kept for a later request", request: { headers: answerHeaders, ...body(responsesBody) },
    responses: { 200: { description: "The response, or with stream its events.", content: { "application/json": { schema: response }, "text/event-stream": { schema: z.string() } } }, ...failures },
  });
  registry.registerPath({ ...shared, method: "post", path: "/v1/embeddings", summary: "Vectors of texts", request: { headers: callHeaders, ...body(embeddingsBody) }, responses: { 200: json(vectors, "A vector a text, in their order."), ...failures } });
  registry.registerPath({ ...shared, method: "get", path: "/v1/models", summary: "Everything that may stand as model in a request", responses: { 200: json(z.object({ object: z.literal("list"), data: z.array(model) }), "Models, routes, and what is Baton's own."), ...failures } });
  registry.registerPath({ ...shared, method: "get", path: "/v1/models/{id}", summary: "One of them", request: { params: z.object({ id: z.string() }) }, responses: { 200: json(model, "The model or route of this name; a / in it is written as it is or as %2F."), ...failures } });
}
