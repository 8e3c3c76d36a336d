import type { DurableEngine } from "../../../durable/durable.ts";
import type { UserActor } from "../../../identity/actor.ts";
import type { Clock } from "../../../lib/clock.ts";
import type { Log } from "../../../lib/log.ts";
import type { Live } from "../../../observe/live.ts";
import type { Policy } from "../../../policy/policy.ts";
import type { Database, TransactionQuery } from "../../../storage/database.ts";
import type { ToolRunner } from "../../run-call.ts";
import type { SqlClient, Tool } from "../../tool.ts";
import type { ApprovalRow } from "../approval.store.ts";

/** What deciding about calls uses; made once by `compose`. */
export type ApprovalDeps = {
  database: Database; clock: Clock; log: Log; engine: () => DurableEngine; live: Pick<Live, "publish">;
  /** A changed call is held against its tool and the policy. */
  tools: ReadonlyMap<string, Tool>; policy: Policy; runner: ToolRunner; sql: SqlClient;
  /** Called after a decision about a call that the autonomy ladder asked for: a no and a change override what the AI would have done. */
  measure?(tenantId: string, outcome: { id: string; rule: string; isOverridden: boolean }): Promise<unknown>;
  /** Called in the decision's transaction: publishes `approval.decided`. */
  onDecided?(query: TransactionQuery, approval: ApprovalRow, by: UserActor, at: Date): Promise<void>;
};
