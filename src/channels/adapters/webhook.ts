import { readWebhookSecret, signWebhook } from "../../lib/webhook-signature.ts";
import type { Channel } from "../channel.ts";

/**
 * Pushes replies to one endpoint of the company as signed events.
 * Source: Standard Webhooks 1.0 (webhook-id, webhook-timestamp, webhook-signature `v1,<base64 HMAC-SHA256>`).
 */
export function createWebhookChannel(options: { url: string; secret: string; nowMs: () => number }): Channel {
  const key = readWebhookSecret(options.secret);
  return {
    name: "webhook",
    delivery: "push",
    async send(message, signal) {
      const body = JSON.stringify({ type: "message.sent", timestamp: message.createdAt, data: message });
      const timestamp = String(Math.floor(options.nowMs() / 1000));
      const signature = signWebhook(key, { id: message.id, timestamp, body });
      const answer = await fetch(options.url, {
        method: "POST", body, signal, redirect: "error",
        headers: { "content-type": "application/json", "webhook-id": message.id, "webhook-timestamp": timestamp, "webhook-signature": `v1,${signature}` },
      });
      await answer.body?.cancel();
      if (answer.ok) return { kind: "sent" };
      // A wrong key or path is mended within hours, and the reply is still wanted then; only "gone" and "too large" are final.
      if (answer.status === 410 || answer.status === 413) return { kind: "refused", reason: `the endpoint answered ${answer.status}` };
      throw new Error(`the endpoint answered ${answer.status}`);
    },
  };
}
