import { appendFile, mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Clock } from "../lib/clock.ts";
import { messageOf } from "../lib/app-error.ts";
import { parseJson } from "../lib/parse-json.ts";
import { readWebhookSecret, signWebhook } from "../lib/webhook-signature.ts";
import type { LedgerAnchor, LedgerKey } from "../observe/ledger-signature.ts";
import type { Outbound } from "../outbound/outbound.ts";
import { isRecord } from "../lib/is-record.ts";
import { anchorNotKept } from "./privacy.errors.ts";

/** An anchor with the public key that checks it: all that is needed to hold a ledger against it. */
export type KeptAnchor = { tenantId: string; anchor: LedgerAnchor; key: LedgerKey };

/**
 * A place outside of the database where anchors are kept.
 *
 * Replay: the same anchor may come twice; it is kept once, or can be told by its day. Throws: retryable.
 */
export type AnchorPlace = { name: string; keep(kept: KeptAnchor): Promise<void> };

/** Adds a JSON line to a file; a day that is in it is not added again. */
export function anchorFile(path: string): AnchorPlace {
  return {
    name: "file",
    async keep(kept) {
      try {
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        const lines = (await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
          if (error.code === "ENOENT") return "";
          throw error;
        })).split("\n");
        if (lines.some((line) => isSame(parseJson(line), kept))) return;
        // A line that a crash has left half written stays by itself.
        const isHalf = lines.at(-1) !== "";
        await appendFile(path, `${isHalf ? "\n" : ""}${JSON.stringify(kept)}\n`, { mode: 0o600, flush: true });
      } catch (error) {
        throw anchorNotKept({ message: `The ledger's anchor could not be written to ${path}: ${messageOf(error)}`, cause: error });
      }
    },
  };
}

function isSame(line: unknown, { tenantId, anchor }: KeptAnchor): boolean {
  return isRecord(line) && line["tenantId"] === tenantId && isRecord(line["anchor"]) && line["anchor"]["signature"] === anchor.signature;
}

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 64_000;

/** Posts `{ type: "ledger.anchored", timestamp, data }`. Source: Standard Webhooks 1.0. */
export function anchorWebhook(deps: { outbound: Pick<Outbound, "send">; clock: Clock }, hook: { url: string; secret: string | null }): AnchorPlace {
  return {
    name: "webhook",
    async keep(kept) {
      const nowMs = deps.clock.nowMs();
      const timestamp = String(Math.floor(nowMs / 1_000));
      const id = `anchor_${kept.tenantId}_${kept.anchor.day}`;
      const body = JSON.stringify({ type: "ledger.anchored", timestamp: new Date(nowMs).toISOString(), data: kept });
      const headers = { "content-type": "application/json", "webhook-id": id, "webhook-timestamp": timestamp, ...(hook.secret === null ? {} : { "webhook-signature": `v1,${signWebhook(readWebhookSecret(hook.secret), { id, timestamp, body })}` }) };
      const { status } = await deps.outbound.send({ method: "POST", url: new URL(hook.url), headers, body: new TextEncoder().encode(body) }, { timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES, timeUp: null, attempt: null });
      if (status >= 300) throw anchorNotKept({ message: `The address of the ledger's anchors answered ${status}.` });
    },
  };
}
