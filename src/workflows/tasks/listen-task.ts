import { z } from "zod";
import { deriveId } from "../../lib/derive-id.ts";
import type { EventConsumption, EventFilter } from "../document/definition.ts";
import { cloudEvent, type CloudEvent } from "../events/cloud-event.ts";
import type { EventDelivery, EventWait } from "../events/waits/event-waits.ts";
import { checkSchema } from "../run/check-schema.ts";
import { TaskFailure, type Interpretation, type TaskCall, type TaskOutcome } from "../run/interpretation.ts";
import { checkSize } from "../run/limits.ts";
import { beginEffect } from "./begin-effect.ts";
import { roundScope } from "./round-scope.ts";

const delivered = z.object({ seq: z.number(), filter: z.number(), event: cloudEvent });
/** What a failed `foreach` leaves for a resumption: the event it was dealing with, and what was before it. */
const reached = z.object({ consumed: z.array(z.unknown()), taken: z.array(z.number()), delivery: delivered });
const deliveries = z.array(delivered);

/** What is listened for, as one list of filters; the first `untilCount` end the wait (`until` another consumption). */
type Plan = { kind: "one" | "all" | "any"; filters: readonly EventFilter[]; untilCount: number; until: string | null; isUntilAll: boolean };

/**
 * Waits for events; the output is the list of those that were consumed, in order, each as `foreach` makes it.
 *
 * The wait is open from its first look until it ends, so an event that comes while an earlier one is dealt with is not lost;
 * every look and every stop is one journal entry. A resumed run deals with the event it failed at, then listens anew.
 */
export async function performListen(run: Interpretation, call: TaskCall<"listen">): Promise<TaskOutcome> {
  const plan = toPlan(call.task.to);
  const wait = toWait(run, call, plan);
  run.state.openWaits.add(wait.waitId);
  const left = call.frame?.data === undefined ? null : reached.parse(call.frame.data);
  const consumed: unknown[] = [...(left?.consumed ?? [])];
  const taken = new Set<number>(left?.taken);
  let isEnd = false;
  let resumed: readonly EventDelivery[] = left === null ? [] : [left.delivery];
  for (let seq = 0, isOver = false; !isOver; ) {
    const isAgain = resumed.length > 0;
    const come = isAgain ? resumed : await nextDeliveries(run, call, wait, seq);
    resumed = [];
    for (const delivery of come) {
      if (!isAgain) seq = delivery.seq;
      const isUntil = delivery.filter < plan.untilCount;
      taken.add(delivery.filter);
      if (!isUntil) {
        const made = await consume(run, call, delivery.event, consumed.length, isAgain).catch((error: unknown) => {
          if (error instanceof TaskFailure) error.extra = { data: { consumed, taken: [...taken], delivery } };
          throw error;
        });
        isEnd ||= made.isEnd;
        consumed.push(made.value);
      }
      isOver = isEnd || isSatisfied(run, call, plan, taken, consumed, isUntil);
      if (isOver) break;
    }
    checkSize(consumed, "list of events");
  }
  beginEffect(run);
  await call.scope.durable.step("listened", () => run.deps.waits.close(run.input.tenantId, wait.waitId));
  run.state.openWaits.delete(wait.waitId);
  return { output: consumed, isEnd };
}

function toPlan(to: EventConsumption): Plan {
  const plan: Plan = { kind: to.kind, filters: to.kind === "one" ? [to.filter] : to.filters, untilCount: 0, until: null, isUntilAll: false };
  if (to.kind !== "any") return plan;
  const filters = to.filters.length === 0 ? [{ with: {}, correlate: {} }] : to.filters;
  if (to.until === null || typeof to.until === "string") return { ...plan, filters, until: to.until };
  // What ends the wait comes first: it must not be taken by a filter that wants any event.
  const until = to.until.kind === "one" ? [to.until.filter] : to.until.filters;
  return { ...plan, filters: [...until, ...filters], untilCount: until.length, isUntilAll: to.until.kind === "all" };
}

/** A retry and a resumption listen anew: the wait before them is closed. */
function toWait(run: Interpretation, call: TaskCall<"listen">, plan: Plan): EventWait {
  const scope = call.expressionScope();
  return { tenantId: run.input.tenantId, runId: run.input.runId, waitId: deriveId("wait", `${call.key}!${call.iteration}~${run.input.attempt}`), filters: plan.filters, language: run.definition.language, scope: { input: scope.input, context: scope.context, variables: scope.variables }, isOncePerFilter: plan.kind === "all" };
}

/** What has come after `seq`, or else what comes next. */
async function nextDeliveries(run: Interpretation, call: TaskCall<"listen">, wait: EventWait, seq: number): Promise<readonly EventDelivery[]> {
  beginEffect(run);
  const external = call.scope.durable.external();
  const come = await call.scope.durable.step("listen", async () => {
    const found = await run.deps.waits.take(wait, seq, external.id);
    if (found.length === 0) await run.recorder.write("waiting", call.pointer);
    return found;
  });
  if (come.length > 0) return come;
  run.recorder.clear();
  const ended = await external.wait(null);
  return ended.kind === "resolved" ? deliveries.parse(ended.value).filter((delivery) => delivery.seq > seq) : [];
}

/** One event as the task reads it, and as `foreach` deals with it. */
async function consume(run: Interpretation, call: TaskCall<"listen">, event: CloudEvent, place: number, isResumed: boolean): Promise<{ value: unknown; isEnd: boolean }> {
  const value = call.task.read === "envelope" ? event : event.data;
  const { foreach } = call.task;
  if (foreach === null) return { value, isEnd: false };
  call.note({ rounds: place + 1 });
  const variables = { [foreach.item]: value, [foreach.at]: place };
  const ended = foreach.do === null ? { output: value, by: "done" } : await run.runTasks(roundScope(call, place, variables, isResumed), foreach.do, value);
  const scope = call.expressionScope({ variables, input: value });
  scope.output = ended.output;
  const output = foreach.output.transform === null ? ended.output : run.expressions.evaluate(foreach.output.transform, scope);
  checkSchema(foreach.output.schema, output, "output");
  if (foreach.export.transform !== null) {
    scope.output = output;
    run.state.context = run.expressions.evaluate(foreach.export.transform, scope);
  }
  return { value: output, isEnd: ended.by === "end" };
}

function isSatisfied(run: Interpretation, call: TaskCall<"listen">, plan: Plan, taken: ReadonlySet<number>, consumed: readonly unknown[], isUntil: boolean): boolean {
  if (plan.kind === "one") return true;
  if (plan.kind === "all") return plan.filters.every((_, place) => taken.has(place));
  if (plan.untilCount > 0) return isUntil && (!plan.isUntilAll || plan.filters.every((_, place) => place >= plan.untilCount || taken.has(place)));
  return plan.until === null || run.expressions.test(plan.until, call.expressionScope({ input: consumed }));
}
