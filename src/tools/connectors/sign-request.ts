import type { Clock } from "../../lib/clock.ts";
import { readWebhookSecret, signWebhook } from "../../lib/webhook-signature.ts";
import type { HttpRequest } from "../adapters/http-system.ts";

/** Signs what is sent as Standard Webhooks 1.0 says. The call's key is the webhook's id, the same in every attempt, so that its receiver can drop repeats. */
export function signStandardWebhook(clock: Clock): (request: HttpRequest, secret: string, key: string) => HttpRequest {
  return (request, secret, key) => {
    const body = JSON.stringify(request.body ?? {});
    const timestamp = String(Math.floor(clock.nowMs() / 1_000));
    const signature = signWebhook(readWebhookSecret(secret), { id: key, timestamp, body });
    return { ...request, body, bodyType: "application/json", headers: { ...request.headers, "webhook-id": key, "webhook-timestamp": timestamp, "webhook-signature": `v1,${signature}` } };
  };
}
