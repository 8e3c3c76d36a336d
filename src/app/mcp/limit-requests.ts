import { createMinuteCounter } from "../../lib/minute-counter.ts";
import { takeCall } from "../../tools/tool-rate.store.ts";
import type { App } from "../app.ts";
import type { McpCaller } from "./mcp-caller.ts";
import { requestsTooMany } from "./mcp.errors.ts";

const MINUTE_MS = 60_000;

/**
 * Holds back who asks too often, by messages a minute (a batch is many). Both throw `request.too_many` (429) with
 * `details.retryAfterS`; a limit of 0 is none.
 */
export type McpLimiter = {
  /** Before anything is looked up, in this process's memory: who guesses tokens costs nothing. */
  takeAddress(address: string): void;
  /** For one API key, or one contact, over all processes; its minutes are the clock's. */
  takeCaller(caller: McpCaller, messages: number): Promise<void>;
};

export function createMcpLimiter({ database, clock, mcpLimits: { perCaller, perAddress } }: Pick<App, "database" | "clock" | "mcpLimits">): McpLimiter {
  const addresses = createMinuteCounter(perAddress);
  return {
    takeAddress(address) {
      const waitMs = perAddress === 0 ? 0 : addresses.take(address, clock.nowMs());
      if (waitMs > 0) throw tooMany(`More than ${perAddress} requests a minute came from ${address}.`, waitMs);
    },
    async takeCaller({ tenantId, principal: { type, id } }, messages) {
      const nowMs = clock.nowMs();
      const isTaken = perCaller === 0 || (await takeCall(database, tenantId, `mcp:${type}:${id}`, { calls: perCaller, perMs: MINUTE_MS, scope: "tenant" }, nowMs, Math.min(messages, perCaller)));
      if (!isTaken) throw tooMany(`More than ${perCaller} messages a minute came from this ${type === "ApiKey" ? "key" : "contact"}.`, MINUTE_MS - (nowMs % MINUTE_MS));
    },
  };
}

function tooMany(message: string, waitMs: number): Error {
  const retryAfterS = Math.ceil(waitMs / 1_000);
  return requestsTooMany({ message: `${message} Try again in ${retryAfterS} s.`, details: { retryAfterS } });
}
