import type { TurnDeps } from "../conversation/turn-deps.ts";
import type { ReceiveDeps } from "../channels/receive-message.ts";
import type { HandoffDeps } from "../handoff/hold-conversation.ts";
import type { IdentityDeps, SecretCache } from "../identity/authenticate.ts";
import type { RequestSyncDeps } from "../knowledge/sync/request-sync.ts";
import type { UpkeepDeps } from "../knowledge/upkeep/upkeep-deps.ts";
import type { Clock } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";
import type { OpenBudgets } from "../models/budgets/open-budgets.ts";
import type { Models } from "../models/compose-models.ts";
import type { LearnedRouter } from "../models/routing/open-router.ts";
import type { Metrics } from "../observe/metrics.ts";
import type { Live } from "../observe/live.ts";
import type { AutonomyDeps } from "../policy/change-autonomy.ts";
import type { WorkspacePolicy } from "../policy/policy.ts";
import type { Database } from "../storage/database.ts";
import type { CallToolDeps } from "../tools/call-tool.ts";
import type { Workspace } from "../workspace/workspace.ts";
import type { StatusDeps } from "./status.store.ts";
import type { UnderstandingParts } from "./understanding/compose-understanding.ts";
import type { WorkflowParts } from "./workflow-functions/compose-workflows.ts";

export type DemoCustomer = { name: string; email: string; hint: string };

/** All parts, put together by `compose`; routes take what they need from it. */
export type App = {
  workspace: Workspace;
  database: Database;
  clock: Clock;
  log: Log;
  live: Live;
  secrets: SecretCache;
  identity: IdentityDeps;
  /** Asked for people and other systems; turns and calls ask the same one, and their requests are kept for comparisons. */
  policy: WorkspacePolicy;
  autonomy: AutonomyDeps;
  receive: ReceiveDeps;
  handoff: HandoffDeps;
  toolCalls: CallToolDeps;
  models: Models;
  /** Null: the workspace has no models.yaml. */
  router: LearnedRouter | null;
  budgets: OpenBudgets;
  turns: TurnDeps;
  workflows: WorkflowParts;
  understanding: UnderstandingParts;
  knowledge: RequestSyncDeps;
  upkeep: UpkeepDeps;
  /** How long a run is kept after its end; 0: always. */
  runRetentionDays: number;
  /** Of the systems that sign their events. */
  eventSecrets: readonly string[];
  status: StatusDeps;
  metrics: Metrics;
  publicUrl: string;
  /** Of `/mcp`, a minute; 0: none. */
  mcpLimits: { perCaller: number; perAddress: number };
  isLoopback: boolean;
  demoCustomers: DemoCustomer[];
};
