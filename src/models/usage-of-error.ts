import { z } from "zod";
import { AppError } from "../lib/app-error.ts";
import type { ModelServed, ModelUsage } from "./model.ts";

const usage = z.object({ promptTokens: z.number(), completionTokens: z.number(), isEstimated: z.boolean() });
const served = z.object({ modelId: z.string(), provider: z.string(), costMicroUsd: z.number().nullable() });

/** What a failed call had used until then, an estimate; null when it had given nothing. Providers bill such calls. */
export function usageOfError(thrown: unknown): ModelUsage | null {
  if (!(thrown instanceof AppError)) return null;
  const read = usage.safeParse(thrown.details["usage"]);
  return read.success ? read.data : null;
}

/** Which model of several had failed, and what it costs; null when only one was asked. */
export function servedOfError(thrown: unknown): ModelServed | null {
  if (!(thrown instanceof AppError)) return null;
  const read = served.safeParse(thrown.details["served"]);
  return read.success ? read.data : null;
}
