import type { ServerResponse } from "node:http";
import type { KeyActor } from "../../identity/actor.ts";
import { notAllowed } from "../../identity/identity.errors.ts";
import { readFilterHeader } from "../../knowledge/search-filter.ts";
import type { SearchFilter } from "../../knowledge/search-index.ts";
import type { DataClass } from "../../shapes/data-class.ts";
import type { CallContext } from "../../models/call-context.ts";
import type { App } from "../app.ts";
import type { CallJournal } from "./record-calls.ts";
import { requestInvalid } from "./gateway.errors.ts";
import type { ProviderDoor } from "./forward/provider-door.ts";

export type GatewayDeps = Pick<App, "models" | "budgets" | "metrics" | "log" | "clock" | "database" | "policy" | "workspace" | "turns" | "identity"> & { journal: CallJournal; door: ProviderDoor };

/** One request of a client, after its key was checked. `signal` is aborted when the client goes. */
export type GatewayCall = { requestId: string; key: KeyActor; headers: Readonly<Record<string, string | string[] | undefined>>; response: ServerResponse; signal: AbortSignal };

/** `baton/auto`: the rules of `models.yaml` choose. `baton/support`: answers from the articles. */
export const AUTO = "baton/auto";
export const SUPPORT = "baton/support";

const ALL_CLASSES: readonly DataClass[] = ["personal", "payment", "credential"];
const MAX_USER = 200;

/**
 * On whose behalf a request asks. Everything in it may be personal, unless the client vouches that nothing is (`x-baton-data: none`).
 * Throws `gateway.invalid_request` for a header that says nothing we know, `identity.not_allowed` where the key may not vouch.
 */
export function contextOf(call: GatewayCall, stage: "chat" | "responses" | "embeddings", name: string, user: string | undefined): CallContext {
  const cache = header(call, "x-baton-cache");
  if (cache !== undefined && cache !== "off" && cache !== "exact" && cache !== "semantic") throw requestInvalid({ message: "x-baton-cache is off, exact or semantic.", details: { param: "x-baton-cache" } });
  const userId = header(call, "x-baton-user") ?? user;
  if (userId !== undefined && (userId.length > MAX_USER || userId.includes("\0"))) throw requestInvalid({ message: `The user has at most ${MAX_USER} characters.`, details: { param: "user" } });
  const isRouted = name !== AUTO && name !== SUPPORT;
  return {
    tenantId: call.key.tenantId, purpose: "gateway", apiKeyId: call.key.keyId, stage, ...(isRouted ? { route: name } : {}), ...(userId === undefined || userId === "" ? {} : { userId }),
    dataClasses: dataClassesOf(call), audiences: [], ...(cache === undefined ? {} : { cache }),
  };
}

/** Whether the answer shall come from the articles: by the model's name, or by a header beside any other. */
export function wantsKnowledge(call: GatewayCall, name: string): boolean {
  const given = header(call, "x-baton-knowledge");
  if (given !== undefined && given !== "on" && given !== "off") throw requestInvalid({ message: "x-baton-knowledge is on or off.", details: { param: "x-baton-knowledge" } });
  return name === SUPPORT || given === "on";
}

/** What narrows the search for articles (`x-baton-filter`, JSON). Throws `knowledge.filter_invalid`. */
export function filterOf(call: GatewayCall): SearchFilter | undefined {
  return readFilterHeader(header(call, "x-baton-filter"));
}

function dataClassesOf(call: GatewayCall): readonly DataClass[] {
  const given = header(call, "x-baton-data");
  if (given === undefined) return ALL_CLASSES;
  if (given !== "none") throw requestInvalid({ message: "x-baton-data can only be none: the request then holds nothing personal, and nothing is hidden in it.", details: { param: "x-baton-data" } });
  if (call.key.scopes !== null && !call.key.scopes.includes("vouch")) throw notAllowed({ message: "This API key may not vouch for its data. Leave x-baton-data out, or make a key that may: npm run baton -- key create NAME --scope gateway --scope vouch.", details: { param: "x-baton-data" } });
  return [];
}

function header(call: GatewayCall, name: string): string | undefined {
  const given = call.headers[name];
  return typeof given === "string" ? given.trim() : undefined;
}
