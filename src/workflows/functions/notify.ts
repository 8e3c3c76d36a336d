import { z } from "zod";
import { AppError, messageOf } from "../../lib/app-error.ts";
import { readWebhookSecret, signWebhook } from "../../lib/webhook-signature.ts";
import { declareFunction, defineFunction, keyedId } from "./define-function.ts";
import type { FunctionCall } from "./function.ts";
import type { FunctionDeps } from "./function-deps.ts";
import { notifyFailed, notifyRefused } from "./functions.errors.ts";

const input = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  text: z.string().max(20_000).optional().describe("A line for people; chat tools show it."),
  type: z.string().max(200).default("workflow.notice").describe("What it is, for a machine that listens."),
  data: z.unknown().optional(),
  secret: z.string().optional().describe("Signs the notice; the workspace's webhook secret without it."),
});
const output = z.object({ status: z.int(), id: z.string() });

const ATTEMPTS = 3;
const TIMEOUT_MS = 10_000;
const MAX_BYTES = 64_000;

export const notifyDeclaration = declareFunction({ name: "notify", summary: "Posts a signed notice to a web address.", input, output, traits: { waits: false, effects: true, needsConversation: false } });

/**
 * `call: notify`: posts `{ type, timestamp, text, data }`. `text` is where chat webhooks look for it.
 *
 * Errors: `workflows.notify_failed` after three attempts; `workflows.notify_refused` for an address that is not allowed, or
 * that said no. Replay: may be posted again after a crash, with the same `webhook-id`.
 * Source: Standard Webhooks 1.0 (webhook-id, webhook-timestamp, webhook-signature).
 */
export function notifyFunction(deps: Pick<FunctionDeps, "outbound" | "notifySecret" | "clock">) {
  return defineFunction({
    ...notifyDeclaration,
    run(call, given) {
      const id = keyedId("note", call);
      return call.durable.step("notify", async (signal) => {
        for (let attempt = 1; ; attempt += 1) {
          const { status, error } = await post(deps, call, given, id, signal);
          if (status !== null && status < 300) return { status, id };
          const isFinal = status !== null && status < 500 && status !== 408 && status !== 429;
          if (isFinal) throw notifyRefused({ message: `The address answered ${status}.`, details: { status } });
          if (attempt === ATTEMPTS) throw notifyFailed({ message: `The notice could not be delivered: ${error ?? `the address answered ${status}`}.` });
          await new Promise((resolve) => setTimeout(resolve, 200 * 4 ** attempt));
        }
      });
    },
  });
}

async function post(deps: Pick<FunctionDeps, "outbound" | "notifySecret" | "clock">, call: FunctionCall, given: z.infer<typeof input>, id: string, timeUp: AbortSignal): Promise<{ status: number | null; error: string | null }> {
  const nowMs = deps.clock.nowMs();
  const { type, text, data } = given;
  const { runId, workflow } = call.subject;
  const body = JSON.stringify({ type, timestamp: new Date(nowMs).toISOString(), ...(text === undefined ? {} : { text }), data: data ?? null, run: { id: runId, workflow: workflow.name } });
  const secret = given.secret ?? deps.notifySecret;
  const timestamp = String(Math.floor(nowMs / 1_000));
  const headers = { "content-type": "application/json", "webhook-id": id, "webhook-timestamp": timestamp, ...(secret === null ? {} : { "webhook-signature": `v1,${signWebhook(readWebhookSecret(secret), { id, timestamp, body })}` }) };
  try {
    const answer = await deps.outbound.send({ method: "POST", url: new URL(given.url), headers, body: new TextEncoder().encode(body) }, { timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES, timeUp, attempt: call.durable.signal });
    return { status: answer.status, error: null };
  } catch (error) {
    // Refused addresses and abandoned attempts are what they are; a lost connection may pass.
    if (error instanceof AppError && (error.status === 403 || error.isRetryable)) throw error;
    return { status: null, error: messageOf(error) };
  }
}
