import type { NamedTask, TaskKind } from "../document/definition.ts";
import type { Interpretation, TaskCall, TaskOutcome } from "../run/interpretation.ts";
import { toMs } from "../run/to-ms.ts";
import { performCall } from "./call-task.ts";
import { performEmit } from "./emit-task.ts";
import { performFor } from "./for-task.ts";
import { performFork } from "./fork-task.ts";
import { performListen } from "./listen-task.ts";
import { performRaise } from "./raise-task.ts";
import { performProcess } from "./run-process-task.ts";
import { performSubWorkflow } from "./run-workflow-task.ts";
import { performTry } from "./try-task.ts";

/** Waits from this long on are written down before they begin. */
const SHOWN_WAIT_MS = 1_000;

/** What the task's kind does with its input. */
export async function performTask(run: Interpretation, call: TaskCall): Promise<TaskOutcome> {
  if (isKind(call, "set")) return { output: run.expressions.evaluate(call.task.set, call.expressionScope()) };
  if (isKind(call, "switch")) return performSwitch(run, call);
  if (isKind(call, "call")) return performCall(run, call);
  if (isKind(call, "do")) return performDo(run, call);
  if (isKind(call, "for")) return performFor(run, call);
  if (isKind(call, "try")) return performTry(run, call);
  if (isKind(call, "fork")) return performFork(run, call);
  if (isKind(call, "wait")) return performWait(run, call);
  if (isKind(call, "raise")) return performRaise(run, call);
  if (isKind(call, "emit")) return performEmit(run, call);
  if (isKind(call, "listen")) return performListen(run, call);
  if (isKind(call, "run")) return call.task.run.kind === "workflow" ? performSubWorkflow(run, call, call.task.run) : performProcess(run, call, call.task.run);
  throw new Error(`there is no task of kind ${call.task.kind}`);
}

function isKind<Kind extends TaskKind>(call: { task: NamedTask["task"] }, kind: Kind): call is TaskCall<Kind> {
  return call.task.kind === kind;
}

function performSwitch(run: Interpretation, call: TaskCall<"switch">): TaskOutcome {
  const scope = call.expressionScope();
  const taken = call.task.cases.find((each) => each.when !== null && run.expressions.test(each.when, scope)) ?? call.task.cases.find((each) => each.when === null);
  return taken === undefined ? { output: call.input } : { output: call.input, then: taken.then, branch: taken.name };
}

async function performDo(run: Interpretation, call: TaskCall<"do">): Promise<TaskOutcome> {
  const ended = await run.runTasks({ ...call.scope, key: call.key }, call.task.do, call.input);
  return { output: ended.output, isEnd: ended.by === "end" };
}

async function performWait(run: Interpretation, call: TaskCall<"wait">): Promise<TaskOutcome> {
  const waitMs = toMs(run, call.task.wait, call.expressionScope());
  if (waitMs >= SHOWN_WAIT_MS) await run.recorder.pause(call.scope.durable, call.pointer);
  await call.scope.durable.sleep(waitMs);
  return { output: call.input };
}
