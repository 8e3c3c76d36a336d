import type { Channel } from "../../channels/channel.ts";
import type { DurableEngine } from "../../durable/durable.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Log } from "../../lib/log.ts";
import type { Live } from "../../observe/live.ts";
import type { Database } from "../../storage/database.ts";

/** What a run needs to speak in its conversation. */
export type TalkDeps = { database: Database; clock: Clock; log: Log; live: Live; engine: () => DurableEngine; channels: ReadonlyMap<string, Channel>; assistantName: string };

/** Whose words these are: a run in its conversation. `pointer` is of the task that speaks; null: the run as a whole, at its end. */
export type TalkTarget = { tenantId: string; conversationId: string; runId: string; workflow: string; pointer: string | null };
