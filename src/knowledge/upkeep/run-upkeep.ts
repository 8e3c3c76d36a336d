import { z } from "zod";
import type { Durable } from "../../durable/durable.ts";
import { isInterruption } from "../../durable/durable.errors.ts";
import { messageOf } from "../../lib/app-error.ts";
import { compareArticles, findByUse, findOutdated } from "./look-at-articles.ts";
import { draftArticles, takeCorrections, takeReplies } from "./take-replies.ts";
import { takeQuestions } from "./take-questions.ts";
import type { LookDeps } from "./upkeep-deps.ts";
import { readState, setBegun, setEnded } from "./upkeep.store.ts";

/** The service whose invocations look a tenant's knowledge through, one at a time for a tenant. */
export const UPKEEP_SERVICE = "knowledge_upkeep";

export const upkeepInput = z.object({ tenantId: z.string() });

/** A turn can end long after later ones have: so much of what was read is read again. */
const OVERLAP_MS = 3_600_000;

type Place = { at: string; id: string };

/**
 * One look at a tenant's knowledge: what was asked in vain and what people replied to it, what they set right, and what the articles
 * themselves give away (contradictions, days that have passed, articles that serve nobody).
 *
 * Incremental: turns, corrections and articles since the last look that came to its end.
 * Replay: every step is a page that stores what it found by ids that follow from it; a look that was killed goes on with its next page.
 */
export async function runUpkeep(deps: LookDeps, durable: Pick<Durable, "step">, { tenantId }: { tenantId: string }): Promise<"done" | "failed"> {
  try {
    const begun = await durable.step("begin", () => begin(deps, tenantId));
    for (let after: Place | null = { at: begun.turnsFrom, id: "" }; after !== null; ) {
      const from: Place = after;
      after = await durable.step("questions", (signal) => takeQuestions(deps, tenantId, from, signal));
    }
    for (let after: Place | null = null; ; ) {
      const from: Place | null = after;
      after = await durable.step("replies", () => takeReplies(deps, tenantId, from));
      if (after === null) break;
    }
    for (let after: Place | null = { at: begun.correctionsFrom, id: "" }; after !== null; ) {
      const from: Place = after;
      after = await durable.step("corrections", () => takeCorrections(deps, tenantId, from));
    }
    for (let after: string | null = ""; after !== null; ) {
      const from: string = after;
      after = await durable.step("drafts", (signal) => draftArticles(deps, tenantId, from, signal));
    }
    for (let after: { version: number; id: string } | null = begun.checked; after !== null; ) {
      const from: { version: number; id: string } = after;
      after = await durable.step("contradictions", () => compareArticles(deps, tenantId, from, begun.startedAt));
    }
    for (let after: string | null = ""; after !== null; ) {
      const from: string = after;
      after = await durable.step("outdated", () => findOutdated(deps, tenantId, from, begun.startedAt));
    }
    await durable.step("use", () => findByUse(deps, tenantId, begun.startedAt));
    await durable.step("finish", () => setEnded(deps.database, tenantId, { at: new Date(deps.clock.nowMs()), until: begun.startedAt, error: null }));
    return "done";
  } catch (error) {
    if (isInterruption(error)) throw error;
    deps.log.error("knowledge.upkeep_failed", { tenantId, error: messageOf(error) });
    await durable.step("fail", () => setEnded(deps.database, tenantId, { at: new Date(deps.clock.nowMs()), until: null, error: messageOf(error).slice(0, 2_000) }));
    return "failed";
  }
}

async function begin(deps: LookDeps, tenantId: string) {
  const at = new Date(deps.clock.nowMs());
  await setBegun(deps.database, tenantId, at);
  const state = await readState(deps.database, tenantId);
  const earlier = (time: string | undefined) => new Date(Math.max(0, Date.parse(time ?? "") || 0, OVERLAP_MS) - OVERLAP_MS).toISOString();
  return { startedAt: at.toISOString(), turnsFrom: earlier(state?.turnsUntil), correctionsFrom: earlier(state?.correctionsUntil), checked: { version: state?.checkedVersion ?? 0, id: state?.checkedDocument ?? "" } };
}
