import { AppError } from "../../lib/app-error.ts";
import type { Model, ModelPart, ModelRequest } from "../model.ts";
import { servedBy } from "../read-answer.ts";
import { usageOfError } from "../usage-of-error.ts";

/** The same model, which signs its answers and its errors with its name and what they cost, so that whoever asked a route knows who answered. */
export function withServed(model: Model): Model {
  return { ...model, stream: (request) => signed(model, request) };
}

async function* signed(model: Model, request: ModelRequest): AsyncGenerator<ModelPart> {
  const name = model.name === undefined ? {} : { name: model.name };
  try {
    for await (const part of model.stream(request)) yield part.kind === "finish" && part.served === undefined ? { ...part, served: { ...name, ...servedBy(model, part.usage) } } : part;
  } catch (thrown) {
    const usage = usageOfError(thrown);
    if (!(thrown instanceof AppError) || usage === null || thrown.details["served"] !== undefined) throw thrown;
    throw new AppError({ code: thrown.code, message: thrown.message, status: thrown.status, isRetryable: thrown.isRetryable, cause: thrown.cause, details: { ...thrown.details, served: { ...name, ...servedBy(model, usage) } } });
  }
}
