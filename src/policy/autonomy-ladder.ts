import type { Clock } from "../lib/clock.ts";
import { isRecord } from "../lib/is-record.ts";
import type { Log } from "../lib/log.ts";
import { repeat } from "../lib/repeat.ts";
import type { Database } from "../storage/database.ts";
import { autonomyFor, limitByAutonomy, type Autonomy, type AutonomyAsked, type AutonomyPlan, type AutonomyState } from "./autonomy.ts";
import { listLevels, listSwitches } from "./autonomy.store.ts";
import type { Policy, PolicyRequest } from "./policy.ts";

const FOLLOW_EVERY_MS = 1_000;

export type AutonomyLadder = {
  /** How far the AI may go here, as the ladder stands now. */
  levelFor(asked: AutonomyAsked): Autonomy;
  /**
   * The same policy for everybody but the AI, whose calls are held to the ladder: policies see the level as `context.autonomy`,
   * and what they allow is then limited by it.
   */
  around<Given extends Policy>(policy: Given): Given;
  /** Reads what was changed. */
  follow(): Promise<void>;
  stop(): Promise<void>;
};

/**
 * The ladder of a tenant, kept in memory and read anew every second, so that a decision waits for no database and a change
 * or a closed rung holds everywhere within a second. While the database is away the last known state holds.
 * Replay: what `around` decides depends on the ladder of the moment; call it inside a journaled step.
 */
export async function openAutonomyLadder(deps: { database: Database; clock: Clock; log: Log; plan: AutonomyPlan; tenantId: string }): Promise<AutonomyLadder> {
  const { database, plan, tenantId } = deps;
  let state: AutonomyState = { levels: new Map(), closed: new Set() };
  const follow = async () => {
    const [levels, switches] = await Promise.all([listLevels(database, tenantId), listSwitches(database, tenantId)]);
    state = { levels: new Map(levels.map((each) => [each.rule, each.level])), closed: new Set(switches.map((each) => each.rung)) };
  };
  await follow();
  const following = repeat(follow, { everyMs: FOLLOW_EVERY_MS, waitsFirst: true, log: deps.log, failure: "policy.autonomy_not_read" });
  const levelFor = (asked: AutonomyAsked) => autonomyFor(plan, state, asked);
  return {
    levelFor,
    around: (policy) => ({
      ...policy,
      decide(request) {
        if (request.principal.type !== "AiAgent" || request.action !== "useTool") return policy.decide(request);
        const asked = askedOf(request);
        const autonomy = levelFor(asked);
        return limitByAutonomy(policy.decide({ ...request, context: { ...request.context, autonomy: autonomy.level } }), autonomy, plan, asked.risk);
      },
    }),
    follow,
    stop: () => following.stop(),
  };
}

/** A call without an amount of its own counts as much as what it aims at is worth. */
function askedOf({ context, resource }: PolicyRequest): AutonomyAsked {
  const facts = isRecord(context["facts"]) ? context["facts"] : {};
  const amount = [context["amountCents"], facts["amountCents"], facts["totalCents"]].find((value) => typeof value === "number");
  const risk = resource.attributes?.["risk"];
  return {
    intent: typeof context["intent"] === "string" ? context["intent"] : null, channel: typeof context["channel"] === "string" ? context["channel"] : "",
    risk: typeof risk === "string" ? risk : "irreversible", amountCents: typeof amount === "number" ? amount : null,
  };
}
