import type { ServerResponse } from "node:http";

/** What stands in the head of every answer; `model`: who answered, by its name in the inventory. */
export function headOf(contentType: string, requestId: string, model: string | null): Record<string, string> {
  return { "content-type": contentType, "cache-control": "no-store", "x-content-type-options": "nosniff", "x-request-id": requestId, ...(model === null ? {} : { "x-baton-model": model }) };
}

export const EVENT_STREAM = "text/event-stream; charset=utf-8";
export const JSON_TYPE = "application/json";

/** `body`: a value, or the bytes of its JSON. */
export function writeJson(response: ServerResponse, status: number, head: Record<string, string>, body: unknown): void {
  const bytes = body instanceof Buffer ? body : Buffer.from(JSON.stringify(body));
  response.writeHead(status, { ...head, "content-length": String(bytes.length) });
  response.end(bytes);
}
