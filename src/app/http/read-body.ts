import type { MiddlewareHandler } from "hono";
import { bodyCutOff, bodyNotJson, bodyNotUtf8, bodyTooLarge, typeWrong } from "../app.errors.ts";

const BODY_LIMIT_BYTES = 256 * 1024;
/** Documents are large, and many are published at once. */
const DOCUMENTS_LIMIT_BYTES = 8 * 1024 * 1024;
const OF_DOCUMENTS = new Set(["/api/publishes", "/api/workflow-checks"]);
/** Files are no JSON, and are read by their route, once it is known who sends them. */
const FILES: readonly { method: string; path: RegExp }[] = [{ method: "PUT", path: /^\/api\/knowledge\/sources\/[^/]+\/files\/[^/]+$/ }, { method: "POST", path: /^\/api\/knowledge\/file-previews\/[^/]+$/ }];
/** What is too large is still read to its end up to here, and thrown away: who is cut off while sending never sees the answer. */
const DISCARD_LIMIT_BYTES = 16 * 1024 * 1024;
/** CloudEvents have names of their own for the same form. */
const JSON_TYPES = new Set(["application/json", "application/cloudevents+json", "application/cloudevents-batch+json"]);

/**
 * Reads the body of unsafe requests once, within its limit, as strict UTF-8 and JSON, before any route sees it.
 * Throws `request.too_large` (413), `request.wrong_type` (415), `request.not_utf8` `request.not_json` and `request.cut_off` (400).
 */
export const readBody: MiddlewareHandler = async (context, next) => {
  const method = context.req.method;
  if (method === "GET" || method === "HEAD" || method === "OPTIONS") return next();
  if (FILES.some((each) => each.method === method && each.path.test(context.req.path))) return next();
  const declared = Number(context.req.header("content-length") ?? "0");
  if (declared > DISCARD_LIMIT_BYTES) throw bodyTooLarge();
  const bytes = await readWithin(context.req.raw, OF_DOCUMENTS.has(context.req.path) ? DOCUMENTS_LIMIT_BYTES : BODY_LIMIT_BYTES);
  // The body is read: Hono's validators find it here. (They wait for a promise, whatever the type says.)
  Object.assign(context.req.bodyCache, { text: Promise.resolve(bytes.byteLength === 0 ? "" : toJsonText(bytes, context.req.header("content-type") ?? "")) });
  return next();
};

function toJsonText(bytes: Uint8Array, contentType: string): string {
  if (!JSON_TYPES.has(contentType.split(";")[0]?.trim().toLowerCase() ?? "")) throw typeWrong();
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw bodyNotUtf8({ cause: error });
  }
  try {
    JSON.parse(text);
  } catch (error) {
    throw bodyNotJson({ cause: error });
  }
  return text;
}

/** The body; `discardBytes`: so much is read and thrown away of one that is too large. Throws `request.too_large`, `request.cut_off`. */
export async function readWithin(request: Request, limitBytes: number, discardBytes: number = DISCARD_LIMIT_BYTES): Promise<Uint8Array> {
  if (request.body === null) return new Uint8Array();
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const part of request.body) {
      size += part.byteLength;
      if (size > discardBytes) break;
      if (size <= limitBytes) parts.push(part);
    }
  } catch (error) {
    // The client went while it was sending.
    throw bodyCutOff({ cause: error });
  }
  if (size > limitBytes) throw bodyTooLarge();
  return Buffer.concat(parts);
}
