import http, { type ClientRequest, type IncomingMessage } from "node:http";
import https from "node:https";
import type { OpenedModel } from "../../../models/inventory/open-model.ts";
import { modelCancelled, modelMisconfigured } from "../../../models/models.errors.ts";
import { modelErrorFrom } from "../../../models/provider-failure.ts";

/** An answer whose head has come. `stop` closes its connection. */
export type ProviderAnswer = { head: IncomingMessage; stop(): void };

/**
 * The way to providers that speak OpenAI's wire, over connections that are kept: `fetch` costs several times as much a call.
 * One call sends one request: a connection that breaks may have broken after the provider had read it and worked on it. No redirect is
 * followed. Errors: `models.unavailable` when nobody answers, `models.cancelled`; a status is the caller's to read.
 */
export type ProviderDoor = { post(opened: OpenedModel, path: string, body: Buffer, signal: AbortSignal): Promise<ProviderAnswer>; /** After the provider has refused the key: it is read anew. */ forgetKey(opened: OpenedModel): void; close(): void };

/** Shorter than servers keep an idle connection, so that few requests meet one that is being closed; those that say how long they keep it are believed. */
const IDLE_MS = 4_000;

export function createProviderDoor(): ProviderDoor {
  const kept = { keepAlive: true, scheduling: "lifo" as const, maxFreeSockets: 512, timeout: IDLE_MS };
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
      const headers = { "content-type": "application/json", "content-length": body.length, accept: "application/json, text/event-stream", "accept-encoding": "identity", ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) };
      try {
        return await headOf(start(url, headers), body, signal);
      } catch (thrown) {
        if (signal.aborted) throw modelCancelled();
        throw modelErrorFrom({ status: null, body: thrown, message: thrown instanceof Error ? thrown.message : "", headers: {} }, { provider: opened.provider, modelId: opened.modelId });
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

function headOf(request: ClientRequest, body: Buffer, signal: AbortSignal): Promise<ProviderAnswer> {
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
