import type { Clock } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";
import { repeat } from "../lib/repeat.ts";
import type { Database } from "../storage/database.ts";
import type { Policy } from "./policy.ts";
import { pruneRequests, saveRequests, type SeenRequest } from "./policy-request.store.ts";

const SAVE_EVERY_MS = 2_000;
const PRUNE_EVERY_MS = 3_600_000;
const KEPT_DAYS = 30;
const KEPT = 20_000;
const PENDING = 2_000;
/** A longer request is no part of the sample. */
const LONGEST_KEPT = 16_000;

export type PolicyRecorder = {
  /** The same policy, whose requests are kept for comparisons. */
  around(policy: Policy): Policy;
  /** Saves what is pending and ends. */
  stop(): Promise<void>;
};

/**
 * Keeps the requests that policies decide, each different one once, for `baton policy diff`. A sample, not a record: what comes
 * too fast is left out, and a decision never waits for it or fails by it (the ledger records what was decided about a call).
 */
export function startPolicyRecorder(deps: { database: Database; clock: Clock; log: Log; tenantId: string }): PolicyRecorder {
  const { database, clock, tenantId } = deps;
  let pending = new Map<string, SeenRequest>();
  let prunedMs = 0;
  const save = async () => {
    const seen = [...pending.values()];
    pending = new Map();
    if (seen.length === 0) return;
    const nowMs = clock.nowMs();
    await saveRequests(database, tenantId, seen, new Date(nowMs));
    if (nowMs - prunedMs < PRUNE_EVERY_MS) return;
    prunedMs = nowMs;
    await pruneRequests(database, tenantId, { before: new Date(nowMs - KEPT_DAYS * 86_400_000), keep: KEPT });
  };
  const saving = repeat(save, { everyMs: SAVE_EVERY_MS, waitsFirst: true, log: deps.log, failure: "policy.requests_not_saved" });
  return {
    around: (policy) => ({
      ...policy,
      decide(request) {
        const decision = policy.decide(request);
        const key = JSON.stringify(request);
        const known = pending.get(key);
        if (known !== undefined) known.times += 1;
        else if (pending.size < PENDING && key.length <= LONGEST_KEPT) pending.set(key, { request, decision, policyHash: policy.hash, times: 1 });
        return decision;
      },
    }),
    async stop() {
      await saving.stop();
      // On the way out nobody waits for a sample that cannot be saved.
      await save().catch((error: unknown) => deps.log.warn("policy.requests_not_saved", { error: String(error) }));
    },
  };
}
