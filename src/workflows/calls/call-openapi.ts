import { z } from "zod";
import { didYouMean } from "../../lib/did-you-mean.ts";
import { fault } from "../run/faults.ts";
import type { CallHandler, OutsideCall } from "./call-handler.ts";
import { readArguments, type HttpCallDeps } from "./call-http.ts";
import { placeParameters } from "../../outbound/place-parameters.ts";
import { findOperation, type OpenApiDocuments } from "../../outbound/openapi-documents.ts";
import { nameOfDocument } from "../../outbound/openapi/read-document.ts";
import { readEndpoint } from "./endpoint.ts";
import { answerArguments, exchangeHttp } from "./exchange-http.ts";

export type OpenApiCallDeps = HttpCallDeps & { documents: OpenApiDocuments };

const openApiArguments = z.object({
  document: z.union([z.string(), z.object({ endpoint: z.unknown() })]),
  operationId: z.string().min(1),
  parameters: z.record(z.string(), z.unknown()).default({}),
  authentication: z.unknown().optional(),
  ...answerArguments,
});

/**
 * `call: openapi`. Finds the operation in an OpenAPI 3 or Swagger 2.0 document (an address, or `file:` in the workspace), puts each
 * parameter where the document says, and goes on as `call: http`. What is no parameter of the operation becomes its body,
 * or all of it under `body`.
 *
 * Errors, replay: as `call: http`; an unknown operation or a missing parameter is `configuration` and names what there is.
 */
export function createOpenApiCall(deps: OpenApiCallDeps): CallHandler {
  return (call) => call.call.durable.step(call.call.task.name, (timeUp) => callOpenApi(deps, call, timeUp));
}

async function callOpenApi(deps: OpenApiCallDeps, call: OutsideCall, timeUp: AbortSignal): Promise<unknown> {
  const given = readArguments(openApiArguments, call.with, "openapi");
  const endpoint = typeof given.document === "string" ? given.document : given.document.endpoint;
  const { url: source, authentication } = readEndpoint(endpoint, call.data, "document");
  const limits = { ...deps.limits, timeUp, attempt: call.call.durable.signal };
  const document = await deps.documents.load(call.call.subject.tenantId, source, deps.authentication.credentialsOf(authentication, { ...call, tenantId: call.call.subject.tenantId }, limits), limits);
  const operation = findOperation(document, given.operationId, source);
  if (operation.kind === "unknown") throw fault("configuration", { detail: `The document ${nameOfDocument(source)} has no operation "${given.operationId}".${didYouMean(given.operationId, operation.known)}` });
  const placed = placeParameters(operation, given.operationId, given.parameters);
  return exchangeHttp(deps, call, timeUp, { method: operation.method, url: placed.url, headers: placed.headers, body: placed.body, authentication: given.authentication, form: given.output, followsRedirects: given.redirect });
}
