import type { OutboxDeps } from "../../channels/deliver-outbox.ts";
import type { TurnDeps } from "../../conversation/turn-deps.ts";
import { startRestateEngine } from "../../durable/adapters/restate.ts";
import type { DurableEngine } from "../../durable/durable.ts";
import { durableServices } from "../durable-services.ts";
import type { WorkflowParts } from "../workflow-functions/compose-workflows.ts";
import type { Composing } from "./composing.ts";
import type { KnowledgeParts } from "./open-knowledge.ts";
import type { PrivacyParts } from "./open-privacy.ts";

type EngineGiven = KnowledgeParts & { tenantId: string; turns: TurnDeps; outbox: OutboxDeps; workflows: WorkflowParts; privacy: PrivacyParts };

/** Connects to the durable engine, and lets it run what this process serves: nothing in a process that is `web` alone. */
export async function startEngine({ config, servers, log, cleanup }: Composing, given: EngineGiven): Promise<DurableEngine> {
  const { tenantId, turns, outbox, workflows, knowledge, upkeep, privacy } = given;
  const options = {
    ...servers.restate, log, journalRetentionMs: 0,
    services: config.role === "web" ? [] : durableServices(tenantId, turns, outbox, workflows, knowledge, upkeep, privacy),
    namespace: config.namespace === undefined ? "" : `${config.namespace}_`, isEmbedded: config.restateIngressUrl === undefined,
    endpointHost: config.endpointHost, endpointPort: config.endpointPort,
  };
  const advertised = config.endpointUrl === undefined ? {} : { advertisedUrl: config.endpointUrl };
  return cleanup.adopt(await startRestateEngine({ ...options, ...advertised }), (opened) => opened.close());
}
