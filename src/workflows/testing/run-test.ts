import type { Log } from "../../lib/log.ts";
import type { DurableHandler } from "../../durable/durable.ts";
import type { Tool } from "../../tools/tool.ts";
import type { WorkflowSource } from "../document/definition.ts";
import { cloudEvent, type CloudEvent } from "../events/cloud-event.ts";
import { createEventMatcher } from "../events/waits/match-filter.ts";
import { gather } from "../events/starts/start-on-event.ts";
import type { ExpressionLanguages } from "../expressions/languages.ts";
import { durationMs, type FunctionDeclaration } from "../functions/define-function.ts";
import { createProcessTokens } from "../../credentials/shared-tokens.ts";
import { createAuthentication } from "../../outbound/authentication.ts";
import { createHttpCall } from "../calls/call-http.ts";
import { createMcpCall } from "../calls/call-mcp.ts";
import { createOpenApiCall } from "../calls/call-openapi.ts";
import { createOpenApiDocuments } from "../../outbound/openapi-documents.ts";
import type { RunDeps } from "../run/run-deps.ts";
import { WORKFLOW_SERVICE, deriveRunId, runEnd, type RunEnd } from "../run/run-input.ts";
import { toRunInput } from "../run/start-run.ts";
import { workflowServices } from "../run/workflow-services.ts";
import { createMemoryEvents } from "./scripted/memory-events.ts";
import { createMemoryRecords, NO_RECORDS, type RecordedTask } from "./scripted/memory-records.ts";
import { replayInvocation } from "./virtual/replay-invocation.ts";
import { createScript, type Happened, type Script } from "./scripted/script.ts";
import { scriptedOutbound } from "./scripted/scripted-endpoints.ts";
import { scriptedFunctions } from "./scripted/scripted-functions.ts";
import { testInvalid, type ScriptedEvent, type WorkflowTest } from "./test-file.ts";
import { createVirtualEngine, type VirtualEngine } from "./virtual/virtual-engine.ts";
import type { VirtualInvocation } from "./virtual/virtual-invocation.ts";
import { createVirtualTime, type VirtualTime } from "./virtual/virtual-time.ts";

/** What all tests of a workspace share. `workflows`: its documents by hash. */
export type TestWorld = { workflows: ReadonlyMap<string, WorkflowSource>; tools: ReadonlyMap<string, Tool>; functions: readonly FunctionDeclaration[]; languages: ExpressionLanguages; folder: string | null; log: Log };

/** How a test went, before it is judged. `tasks` of all runs; `path` of the run itself. */
export type TestRun = { end: RunEnd | { status: "waiting" }; tookMs: number; path: readonly string[]; tasks: readonly RecordedTask[]; happened: Happened; problems: readonly string[] };

const TENANT = "test";
/** Real time until a test is given up: something in it does not end. */
const GIVEN_UP_AFTER_MS = 30_000;

/**
 * Carries out one test on the real interpreter, in virtual time, and then once more from its journals: a run that does not
 * replay as it went would go astray after a crash.
 */
export async function runTest(world: TestWorld, test: WorkflowTest): Promise<TestRun> {
  const [hash, source] = findWorkflow(world, test.workflow);
  const scene = setScene(world, test);
  const { time, engine, script, records } = scene;
  const event = eventsOf(test.on);
  if (event.length > 0) checkStart(world, source, event);
  const hasConversation = test.hasConversation ?? event.length === 0;
  const about = hasConversation ? { conversationId: "conv_test", contactId: "contact_test", caseId: "case_test", turnId: "turn_test" } : {};
  const runId = deriveRunId(test.file, test.name);
  const startedMs = time.nowMs();
  const input = toRunInput({ tenantId: TENANT, runId, hash, input: event.length > 0 ? event : (test.input ?? {}), startedBy: "test", ...about }, startedMs);
  let endedMs = startedMs;
  time.enter();
  const root = engine.begin({ service: WORKFLOW_SERVICE, handler: "run", input }, null);
  root.waiters.add(() => (endedMs = time.nowMs()));
  if (test.cancelAfter !== undefined) time.at(startedMs + durationMs(test.cancelAfter), () => engine.stop(root));
  time.leave();
  const problems = (await scene.hasComeToRest()) ? [] : ["The run does not come to rest."];
  const end = root.end === null ? ({ status: "waiting" } as const) : endOfRun(root);
  if (root.end === null) endedMs = time.nowMs();
  problems.push(...(await replayAll(scene.replayed, engine)));
  await engine.close();
  const tasks = records.tasks();
  const path = tasks.filter((task) => task.runId === runId && task.status !== "skipped").map((task) => task.name);
  return { end, tookMs: endedMs - startedMs, path, tasks, happened: script.happened, problems: [...problems, ...script.happened.problems, ...script.leftOver(), ...scene.undelivered()] };
}

function endOfRun(root: VirtualInvocation): RunEnd {
  const outcome = root.end?.outcome;
  if (outcome?.kind === "value") return runEnd.parse(outcome.value);
  throw new Error(`the interpreter failed: ${outcome?.kind === "failed" ? outcome.message : (outcome?.kind ?? "no end")}`);
}

function findWorkflow(world: TestWorld, name: string): [string, WorkflowSource] {
  const found = [...world.workflows].find(([, { definition: { document } }]) => document.name === name || `${document.namespace}/${document.name}` === name);
  if (found === undefined) throw testInvalid(`There is no workflow "${name}" in workflows/.`);
  return found;
}

function eventsOf(on: WorkflowTest["on"]): CloudEvent[] {
  return on === undefined ? [] : (Array.isArray(on) ? on : [on]).map(toEvent);
}

function toEvent({ type, source, subject, data }: ScriptedEvent, place: number): CloudEvent {
  return cloudEvent.parse({ specversion: "1.0", id: `event-${place + 1}`, type, source, ...(subject === undefined ? {} : { subject }), ...(data === undefined ? {} : { data }) });
}

/** The events of the test must be such as begin this workflow. */
function checkStart(world: TestWorld, { definition }: WorkflowSource, events: readonly CloudEvent[]): void {
  const { schedule, document } = definition;
  if (schedule?.kind !== "on") throw testInvalid(`The workflow "${document.name}" does not begin on events.`);
  const listener = { namespace: document.namespace, name: document.name, hash: "", language: definition.language, on: schedule.on };
  const matcher = createEventMatcher(world.languages);
  let gathered = gather(matcher, listener, [], events[0] ?? toEvent({ type: "", source: "" }, 0));
  for (const event of events.slice(1)) gathered = gather(matcher, listener, gathered.groups, event);
  if (gathered.events === null) throw testInvalid(`These events do not begin the workflow "${document.name}".`);
}

type Scene = { time: VirtualTime; engine: VirtualEngine; script: Script; records: ReturnType<typeof createMemoryRecords>; replayed: ReadonlyMap<string, DurableHandler>; hasComeToRest(): Promise<boolean>; undelivered(): string[] };

function setScene(world: TestWorld, test: WorkflowTest): Scene {
  const parts: { engine: VirtualEngine | null } = { engine: null };
  const engineOf = (): VirtualEngine => {
    if (parts.engine === null) throw new Error("the engine is not up yet");
    return parts.engine;
  };
  const events = createMemoryEvents(createEventMatcher(world.languages), engineOf);
  const undated = test.events.filter((each) => each.after === undefined).map((each, place) => toEvent(each, 1_000 + place));
  const rest = { come: () => {} };
  const resting = new Promise<boolean>((resolve) => (rest.come = () => resolve(true)));
  const time = createVirtualTime({
    startMs: Date.parse(test.startsAt),
    onIdle() {
      const place = undated.findIndex((event) => events.isAwaited(event));
      if (place < 0) return false;
      for (const event of undated.splice(place, 1)) events.deliver(event);
      return true;
    },
    onStalled: () => rest.come(),
  });
  for (const [place, each] of test.events.entries()) if (each.after !== undefined) time.at(time.nowMs() + durationMs(each.after), () => events.deliver(toEvent(each, place)));
  const script = createScript({ test, time, engine: engineOf, tools: world.tools });
  const records = createMemoryRecords();
  const deps = makeDeps(world, script, events, records);
  const engine = createVirtualEngine(workflowServices(deps), time);
  parts.engine = engine;
  const replayed = new Map(workflowServices({ ...deps, records: NO_RECORDS }).flatMap((service) => Object.entries(service.handlers)));
  return { time, engine, script, records, replayed, hasComeToRest: () => beforeGivenUp(resting), undelivered: () => undated.map((event) => `No run listened for the event "${event.type}".`) };
}

async function beforeGivenUp(resting: Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const givenUp = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), GIVEN_UP_AFTER_MS)));
  try {
    return await Promise.race([resting, givenUp]);
  } finally {
    clearTimeout(timer);
  }
}

function makeDeps(world: TestWorld, script: Script, events: ReturnType<typeof createMemoryEvents>, records: RunDeps["records"]): RunDeps {
  const { workflows } = world;
  return {
    languages: world.languages, functions: scriptedFunctions(script, world.functions), waits: events.waits, records, clock: script.time, log: world.log, version: "test",
    events: {
      async publish(tenantId, event) {
        script.happened.events.push(event);
        await events.sink.publish(tenantId, event);
      },
    },
    versions: {
      async load(_, hash) {
        const found = workflows.get(hash);
        if (found === undefined) throw new Error(`there is no version ${hash}`);
        return found;
      },
      resolve: async (_, { namespace, name, version }) => [...workflows].find(([, { definition: { document } }]) => document.namespace === namespace && document.name === name && (version === "latest" || document.version === version))?.[0] ?? null,
    },
    calls: callsOf(world, script),
    secrets: { read: async (_, name) => script.test.secrets[name] ?? null },
    permissions: { mayRun: () => false },
  };
}

/** The product's own calls to the outside, over a way out that ends in the test. */
function callsOf(world: TestWorld, script: Script): RunDeps["calls"] {
  const outbound = scriptedOutbound(script);
  const calls = { outbound, authentication: createAuthentication({ outbound, shared: createProcessTokens({ clock: script.time }), clock: script.time }), limits: { timeoutMs: 30_000, maxBytes: 1_000_000 } };
  return { http: createHttpCall(calls), openapi: createOpenApiCall({ ...calls, documents: createOpenApiDocuments({ outbound, clock: script.time, folder: world.folder }) }), mcp: createMcpCall({ ...calls, mayStart: () => false }) };
}

async function replayAll(handlers: ReadonlyMap<string, DurableHandler>, engine: VirtualEngine): Promise<string[]> {
  const problems: string[] = [];
  for (const invocation of engine.invocations) {
    const handler = handlers.get(invocation.call.handler);
    const difference = handler === undefined ? "there is no such handler" : await replayInvocation(invocation, handler);
    if (difference !== null) problems.push(`The run does not replay as it went: ${difference}.`);
  }
  return problems;
}
