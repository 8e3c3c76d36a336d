import type { IncomingMessage } from "node:http";
import type { OpenedModel } from "../../../models/inventory/open-model.ts";
import { modelInvalidAnswer, modelUnavailable } from "../../../models/models.errors.ts";
import { modelErrorFrom } from "../../../models/provider-failure.ts";
import type { ProviderAnswer, ProviderDoor } from "./provider-door.ts";

export type Details = { provider: string; modelId: string };

const MAX_ERROR = 64 * 1024;

/** Throws what a status or a wrong type of content means. */
export async function expectAnswer(door: ProviderDoor, opened: OpenedModel, { head, stop }: ProviderAnswer, type: RegExp, details: Details): Promise<void> {
  const status = head.statusCode ?? 0;
  if (status === 200 && type.test(head.headers["content-type"] ?? "")) return;
  if (status === 200) {
    stop();
    throw modelInvalidAnswer({ details: { ...details, contentType: head.headers["content-type"] ?? "" } });
  }
  const body = await readAll(head, MAX_ERROR, () => {}, details).catch(() => Buffer.alloc(0));
  const headers = Object.fromEntries(Object.entries(head.headers).map(([name, value]) => [name, String(value)]));
  if (status === 401 || status === 403) door.forgetKey(opened);
  throw modelErrorFrom({ status, body: body.toString("utf8"), message: `HTTP ${status}`, headers }, details);
}

/** Throws what `onPart` throws, and `models.unavailable` when the answer breaks off. By events: an iterator costs several times as much. */
export function readParts(head: IncomingMessage, onPart: (chunk: Buffer) => void, details: Details): Promise<void> {
  return new Promise((resolve, reject) => {
    head.on("data", (chunk: Buffer) => {
      try {
        onPart(chunk);
      } catch (thrown) {
        reject(thrown);
      }
    });
    head.once("end", resolve);
    head.once("error", (error) => reject(modelUnavailable({ details, cause: error })));
    // Broken off without an error of its own.
    head.once("close", () => void (head.complete || reject(modelUnavailable({ details, cause: new Error("The connection was closed in the middle of the answer.") }))));
  });
}

/** Throws `models.invalid_answer` beyond so many bytes. */
export async function readAll(head: IncomingMessage, most: number, onPart: () => void, details: Details): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  await readParts(head, (chunk) => {
    onPart();
    size += chunk.length;
    if (size > most) {
      head.destroy();
      throw modelInvalidAnswer({ message: "The AI model's answer went on far beyond the limit asked for.", details });
    }
    parts.push(chunk);
  }, details);
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
}
