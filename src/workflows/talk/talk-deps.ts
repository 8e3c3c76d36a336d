import type { Channel } from "../../channels/channel.ts";
import type { DurableEngine } from "../../durable/durable.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Log } from "../../lib/log.ts";
import type { AutonomyLadder } from "../../policy/autonomy-ladder.ts";
import type { Live } from "../../observe/live.ts";
import type { Database } from "../../storage/database.ts";

/** What a run needs to speak in its conversation. */
export type TalkDeps = { database: Database; clock: Clock; log: Log; live: Live; engine: () => DurableEngine; channels: ReadonlyMap<string, Channel>; assistantName: string; ladder: Pick<AutonomyLadder, "levelFor" | "follow">; /** What a contact is told when a person has to look first; null: nothing. */ notice: string | null };

/** Whose words these are: a run in its conversation. `pointer` is of the task that speaks; null: the run as a whole, at its end. */
export type TalkTarget = { tenantId: string; conversationId: string; runId: string; workflow: string; pointer: string | null; /** Whether the text may hold words that a model has written: the autonomy ladder decides whether they are told. */ mayHoldModelWords: boolean };
