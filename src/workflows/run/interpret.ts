import { messageOf } from "../../lib/app-error.ts";
import type { Durable } from "../../durable/durable.ts";
import type { WorkflowDefinition } from "../document/definition.ts";
import { createExpressions, type Expressions } from "./expressions.ts";
import type { Interpretation, RunState, TaskScope } from "./interpretation.ts";
import { createValueMask } from "./mask-values.ts";
import { beginsWithModelWords } from "./model-words.ts";
import { createRecorder } from "./recorder.ts";
import type { RunDeps } from "./run-deps.ts";
import type { RunInput } from "./run-input.ts";
import { runTask } from "./run-task.ts";
import { runTasks } from "./run-tasks.ts";
import { toTime } from "./to-time.ts";

const expressionsOf = new WeakMap<WorkflowDefinition, Expressions>();

export type Opened = { isBranch: boolean; askedMs: number; workflowInput: unknown; context: unknown; counts: Readonly<Record<string, number>>; tasks: number };

/**
 * Makes the interpreter of one invocation ready.
 *
 * Replay: reads what never changes (the version) and secrets, which are looked up anew each time and never journaled.
 * Throws: `workflows.version_unknown`; `storage.unavailable` (retryable).
 */
export async function openInterpretation(deps: RunDeps, durable: Durable, input: RunInput, opened: Opened): Promise<Interpretation> {
  const { definition } = await deps.versions.load(input.tenantId, input.hash);
  let expressions = expressionsOf.get(definition);
  if (expressions === undefined) {
    expressions = createExpressions(deps.languages[definition.language]);
    expressionsOf.set(definition, expressions);
  }
  const { namespace, name, version } = definition.document;
  const secrets = await readSecrets(deps, input.tenantId, definition.use.secrets);
  const inherited = await readSecrets(deps, input.tenantId, input.secretNames ?? []);
  const recorder = createRecorder({ records: deps.records, run: input, workflow: { namespace, name, version }, invocationId: durable.invocationId, isBranch: opened.isBranch, signal: durable.signal, log: deps.log, askedMs: opened.askedMs, input: opened.workflowInput, secrets: createValueMask({ ...inherited, ...secrets }) });
  const state: RunState = { context: opened.context, tasks: opened.tasks, effectsBegun: 0, counts: new Map(Object.entries(opened.counts)), effects: [], spent: new Set([...(input.spent ?? []), ...(input.resume?.spent ?? [])]), waited: new Set(), openWaits: new Set(), mayHoldModelWords: beginsWithModelWords(definition, input, opened.isBranch), yieldedMs: performance.now() };
  const run: Interpretation = {
    deps, input, definition, expressions, secrets, recorder, workflowInput: opened.workflowInput, state,
    runtime: { name: "baton", version: input.runtimeVersion ?? deps.version, metadata: {} },
    descriptor: {
      id: input.runId, definition,
      get input() {
        return run.workflowInput;
      },
      get startedAt() {
        return toTime(input.startedAtMs);
      },
    },
    runTasks: (scope, list, data) => runTasks(run, scope, list, data),
    runTask: (scope, task, data) => runTask(run, scope, task, data),
  };
  return run;
}

/** Where an invocation's first task stands. */
export function rootScope(durable: Durable, key: string): TaskScope {
  return { durable, variables: {}, key, visits: new Map(), isExtension: false, functionDepth: 0, resume: [] };
}

async function readSecrets(deps: RunDeps, tenantId: string, names: readonly string[]): Promise<Record<string, unknown>> {
  const secrets: Record<string, unknown> = {};
  for (const name of names) {
    const value = await deps.secrets.read(tenantId, name);
    if (value !== null) secrets[name] = value;
  }
  return secrets;
}

/** Nobody listens any more. What cannot be closed now is left: events for it find nobody. */
export async function closeWaits(run: Interpretation): Promise<void> {
  for (const waitId of run.state.openWaits) {
    await run.deps.waits.close(run.input.tenantId, waitId).catch((error: unknown) => run.deps.log.warn("workflows.wait_left_open", { runId: run.input.runId, waitId, error: messageOf(error) }));
  }
}
