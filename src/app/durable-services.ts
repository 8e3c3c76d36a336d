import { z } from "zod";
import { deliverOutbox, type OutboxDeps } from "../channels/deliver-outbox.ts";
import { runTurn } from "../conversation/run-turn.ts";
import { settleApproval, settleInput } from "../conversation/settle-approval.ts";
import { APPROVAL_SERVICE } from "../tools/approvals/decide/tell-decisions.ts";
import type { RequestSyncDeps } from "../knowledge/sync/request-sync.ts";
import type { UpkeepDeps } from "../knowledge/upkeep/upkeep-deps.ts";
import type { TurnDeps } from "../conversation/turn-deps.ts";
import { tenantForeign } from "./app.errors.ts";
import type { DurableService } from "../durable/durable.ts";
import type { WorkflowParts } from "./workflow-functions/compose-workflows.ts";
import { knowledgeServices } from "./knowledge/compose-knowledge.ts";
import { privacyServices, type PrivacyParts } from "./compose/open-privacy.ts";
import { workflowHandlers } from "./workflow-functions/workflow-handlers.ts";

/** This process has one tenant's tools, policies and knowledge; another tenant's work is not its to do. */
function own<T extends { tenantId: string }>(tenantId: string, input: T): T {
  if (input.tenantId !== tenantId) throw tenantForeign({ details: { tenantId: input.tenantId } });
  return input;
}

const turnInput = z.object({ tenantId: z.string(), conversationId: z.string(), turnId: z.string() });
const outboxInput = z.object({ tenantId: z.string(), conversationId: z.string() });

/**
 * The handlers Restate runs. `conversation` is keyed, so its turns never overlap; a turn that a model answers goes on in
 * `turn`, and what waits for people goes on in `approval`, so that the conversation stays free. Renaming a service or a handler strands what is under way: never do.
 */
export function durableServices(tenantId: string, turns: TurnDeps, outbox: OutboxDeps, workflows: WorkflowParts, knowledge: RequestSyncDeps, upkeep: UpkeepDeps, privacy: PrivacyParts): DurableService[] {
  return [
    { name: "conversation", isKeyed: true, handlers: { turn: (durable, input) => runTurn(turns, durable, own(tenantId, turnInput.parse(input)), "inline") } },
    { name: "turn", isKeyed: false, handlers: { run: (durable, input) => runTurn(turns, durable, own(tenantId, turnInput.parse(input)), "detached") } },
    { name: "outbox", isKeyed: true, handlers: { deliver: (durable, input) => deliverOutbox(outbox, durable, own(tenantId, outboxInput.parse(input))) } },
    { name: APPROVAL_SERVICE, isKeyed: false, waitsLong: true, handlers: { settle: (durable, input) => settleApproval(turns, durable, own(tenantId, settleInput.parse(input))) } },
    ...privacyServices(privacy, (input) => own(tenantId, input)),
    ...knowledgeServices(knowledge, upkeep, (input) => own(tenantId, input)),
    ...workflowHandlers(workflows, (input) => own(tenantId, input)),
  ];
}
