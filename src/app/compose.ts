import { createPullChannel } from "../channels/adapters/web.ts";
import { createWebhookChannel } from "../channels/adapters/webhook.ts";
import type { Channel } from "../channels/channel.ts";
import { EXTRACTIVE } from "../conversation/stages/compose.ts";
import type { DurableEngine } from "../durable/durable.ts";
import { optionsOf } from "../guard/redaction-file.ts";
import { createBuiltInRedactor } from "../guard/adapters/built-in-redactor.ts";
import { createAttemptCounter, createSecretCache } from "../identity/authenticate.ts";
import type { Understander } from "../intelligence/understander.ts";
import { systemClock, type Clock } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";
import { createMetrics } from "../observe/metrics.ts";
import type { CallToolDeps } from "../tools/call-tool.ts";
import { createToolRunner } from "../tools/run-call.ts";
import { createPublishedVersions } from "../workflows/versions/workflow-versions.ts";
import type { Workspace } from "../workspace/workspace.ts";
import type { App } from "./app.ts";
import { composeTurns } from "./compose/compose-turns.ts";
import type { Composing } from "./compose/composing.ts";
import { openGround } from "./compose/open-ground.ts";
import { openKnowledge } from "./compose/open-knowledge.ts";
import { openModels } from "./compose/open-models.ts";
import { openPolicy } from "./compose/open-policy.ts";
import { openPrivacy } from "./compose/open-privacy.ts";
import { openSearch } from "./compose/open-search.ts";
import { openSpending } from "./compose/open-spending.ts";
import { openUnderstanding } from "./compose/open-understanding.ts";
import { openWorkflows } from "./compose/open-workflows.ts";
import { startEngine } from "./compose/start-engine.ts";
import { startSchedules } from "./compose/start-schedules.ts";
import { recordConfiguration } from "./record-configuration.ts";
import type { Config } from "./settings.ts";
import type { Servers } from "./start-servers.ts";

export type ComposeOverrides = {
  clock?: Clock;
  version?: string;
  /** Put around the understander of the installation. */
  understander?: (inner: Understander) => Understander;
  /** Private addresses that workflows may call, beside those of the settings. */
  outboundAllow?: readonly string[];
};

type ComposedApp = App & AsyncDisposable;

/**
 * Puts all parts together: the only place that knows every one of them. Each step opens what the next ones need; disposing
 * stops all of it in reverse. Tests use it with overrides.
 */
export async function compose(config: Config, servers: Servers, log: Log, overrides: ComposeOverrides = {}): Promise<ComposedApp> {
  await using cleanup = new AsyncDisposableStack();
  const { clock = systemClock, version = "dev" } = overrides;
  // Where browsers reach it is known for good when the doors are open (`start`).
  const place = { publicUrl: config.publicUrl ?? `http://${config.host}:${config.port}` };
  let started: DurableEngine | null = null;
  const engine = () => {
    if (started === null) throw new Error("the engine is not started yet");
    return started;
  };
  const composing: Composing = { config, servers, clock, log, version, engine, cleanup };
  const ground = await openGround(composing, overrides.outboundAllow ?? []);
  const { database, workspace, live, sql } = ground;
  const { tenantId } = workspace;
  const redactor = createBuiltInRedactor(optionsOf(workspace.redaction));
  const budgets = openSpending(composing, ground);
  const search = await openSearch(composing, ground, { budgets, redactor });
  const { embedder } = search;
  const policies = await openPolicy(composing, ground);
  const { policy, autonomy } = policies;
  const channels = channelsOf(workspace, clock);
  const metrics = createMetrics();
  const modelsGiven = { budgets, search, redactor, metrics, understander: () => understanding.learning.understander };
  const { router, models, agent } = await openModels(composing, ground, modelsGiven);
  const { model } = models;
  const { tools, fallbacks } = workspace;
  const runner = createToolRunner({ log });
  const toolCalls: CallToolDeps = { database, tools, fallbacks, policy, redactor, runner, sql, clock, log, live };
  const { knowledge, upkeep } = await openKnowledge(composing, ground, { search, redactor, runner, model });
  const understanding = await openUnderstanding(composing, ground, { redactor, model, embedder });
  const { understander: around = (inner: Understander) => inner } = overrides;
  const understander = around(understanding.learning.understander);
  const versions = createPublishedVersions({ database });
  const turnsGiven = { search, policies, agent, redactor, metrics, understander, toolCalls, channels, versions };
  const turns = composeTurns(composing, ground, turnsGiven);
  const workflows = await openWorkflows(composing, ground, { turns, versions, autonomy, model });
  const receive = { database, engine, live, clock, log };
  const handoff = { database, live, clock, log, channels, engine, autonomy };
  const privacy = openPrivacy(composing, ground);
  started = await startEngine(composing, { privacy, tenantId, turns, outbox: { database, channels, clock, log }, workflows, knowledge, upkeep });
  startSchedules(composing, ground, { receive, handoff, workflows, knowledge, upkeep, embedder, publicUrl: () => place.publicUrl });
  const secrets = createSecretCache(database);
  await recordConfiguration({ database, clock, secrets }, { tenantId, config, folder: workspace.folder });
  const disposal = cleanup.move();
  return {
    workspace, database, clock, log, live, secrets, policy: policies.forPeople, autonomy, receive, handoff, toolCalls, turns, metrics,
    models, router, budgets, workflows, understanding, knowledge, upkeep, demoCustomers: workspace.demoCustomers, ...doorsOf(config),
    identity: { database, clock, secrets, serves: (asked) => asked === tenantId, attempts: createAttemptCounter() },
    status: {
      database, engine, clock, tenantId, tenantName: workspace.tenantName, modelId: model?.id ?? EXTRACTIVE, isExtractive: model === null,
      version, startedAtMs: clock.nowMs(),
    },
    get publicUrl() {
      return place.publicUrl;
    },
    set publicUrl(url) {
      place.publicUrl = url;
    },
    [Symbol.asyncDispose]: () => disposal.disposeAsync(),
  };
}

function channelsOf(workspace: Workspace, clock: Clock): Map<string, Channel> {
  const channels = new Map<string, Channel>();
  for (const name of ["web", "api"]) channels.set(name, createPullChannel(name));
  if (workspace.webhook !== null) channels.set("webhook", createWebhookChannel({ ...workspace.webhook, nowMs: () => clock.nowMs() }));
  return channels;
}

/** What routes hold themselves to. */
function doorsOf(config: Config): Pick<App, "runRetentionDays" | "mcpLimits" | "eventSecrets" | "isLoopback"> {
  return {
    runRetentionDays: config.runRetentionDays,
    mcpLimits: { perCaller: config.mcpCallerPerMinute, perAddress: config.mcpAddressPerMinute },
    eventSecrets: (config.eventsSecret ?? "").split(" ").filter((secret) => secret !== ""),
    isLoopback: config.host === "127.0.0.1" || config.host === "localhost" || config.host === "::1",
  };
}
