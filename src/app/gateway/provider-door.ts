import http, { type ClientRequest, type IncomingMessage } from "node:http";
import https from "node:https";
import type { OpenedModel } from "../../models/inventory/open-model.ts";
import { modelCancelled, modelMisconfigured } from "../../models/models.errors.ts";
import { modelErrorFrom } from "../../models/provider-failure.ts";

/** An answer whose head has come. `stop` closes its connection. */
export type ProviderAnswer = { head: IncomingMessage; stop(): void };

/**
 * The way to providers that speak OpenAI's wire, over connections that are kept: `fetch` costs several times as much a call.
 * No redirect is followed. Errors: `models.unavailable` when nobody answers, `models.cancelled`; a status is the caller's to read.
 */
export type ProviderDoor = { post(opened: OpenedModel, path: string, body: string, signal: AbortSignal): Promise<ProviderAnswer>; /** After the provider has refused the key: it is read anew. */ forgetKey(opened: OpenedModel): void; close(): void };

/** A kept connection may have been closed by the other side in this moment; nothing of the request was read then. */
const STALE_TRIES = 3;

export function createProviderDoor(): ProviderDoor {
  const kept = { keepAlive: true, scheduling: "lifo" as const, maxFreeSockets: 512 };
  const agents = { "http:": new http.Agent(kept), "https:": new https.Agent(kept) };
  const keys = new Map<OpenedModel, Promise<string | undefined>>();
  const urls = new Map<string, URL>();
  const urlOf = (text: string): URL => {
    const known = urls.get(text) ?? new URL(text);
    urls.set(text, known);
    return known;
  };
  const keyOf = async (opened: OpenedModel): Promise<string | undefined> => {
    const key = await opened.key();
    if (typeof key === "object") throw modelMisconfigured({ message: `The secret of model "${opened.name}" must be one text.` });
    return key;
  };
  const start = (url: URL, headers: Record<string, string | number>): ClientRequest => {
    const options = { method: "POST", host: url.hostname.replace(/^\[|\]$/g, ""), port: url.port, path: url.pathname + url.search, headers };
    return url.protocol === "https:" ? https.request({ ...options, agent: agents["https:"] }) : http.request({ ...options, agent: agents["http:"] });
  };
  return {
    async post(opened, path, body, signal) {
      if (signal.aborted) throw modelCancelled();
      const key = await (keys.get(opened) ?? remember(keys, opened, keyOf(opened)));
      const url = urlOf(`${opened.baseUrl ?? ""}${path}`);
      const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body), accept: "application/json, text/event-stream", "accept-encoding": "identity", ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) };
      for (let tries = 1; ; tries += 1) {
        const request = start(url, headers);
        try {
          return await headOf(request, body, signal);
        } catch (thrown) {
          if (signal.aborted) throw modelCancelled();
          if (!request.reusedSocket || !isReset(thrown) || tries >= STALE_TRIES) throw modelErrorFrom({ status: null, body: thrown, message: thrown instanceof Error ? thrown.message : "", headers: {} }, { provider: opened.provider, modelId: opened.modelId });
        }
      }
    },
    forgetKey: (opened) => void keys.delete(opened),
    close() {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}

function remember(keys: Map<OpenedModel, Promise<string | undefined>>, opened: OpenedModel, key: Promise<string | undefined>): Promise<string | undefined> {
  keys.set(opened, key);
  // A secret that is missing now may be stored in a moment.
  key.catch(() => keys.delete(opened));
  return key;
}

function headOf(request: ClientRequest, body: string, signal: AbortSignal): Promise<ProviderAnswer> {
  return new Promise((resolve, reject) => {
    const stop = () => void request.destroy();
    signal.addEventListener("abort", stop, { once: true });
    request.once("close", () => signal.removeEventListener("abort", stop));
    // Stays: a connection that breaks later is told by the body, and must not end the process.
    request.on("error", reject);
    request.once("response", (head) => resolve({ head, stop }));
    request.end(body);
  });
}

function isReset(thrown: unknown): boolean {
  return thrown instanceof Error && "code" in thrown && (thrown.code === "ECONNRESET" || thrown.code === "EPIPE");
}
