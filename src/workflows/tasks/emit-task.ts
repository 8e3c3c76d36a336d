import { deriveId } from "../../lib/derive-id.ts";
import { cloudEvent } from "../events/cloud-event.ts";
import { asCausedBy } from "../events/event-depth.ts";
import { fault } from "../run/faults.ts";
import type { Interpretation, TaskCall, TaskOutcome } from "../run/interpretation.ts";
import { beginEffect } from "./begin-effect.ts";

/** Publishes an event; its id is the same on every attempt, so it is taken once. The output is the event. */
export async function performEmit(run: Interpretation, call: TaskCall<"emit">): Promise<TaskOutcome> {
  const given = run.expressions.evaluate(call.task.event, call.expressionScope());
  const drafted = cloudEvent.safeParse({ specversion: "1.0", id: deriveId("evt", call.key), ...(typeof given === "object" ? given : {}) });
  if (!drafted.success) throw fault("validation", { detail: `The event is not a CloudEvent: ${drafted.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`).join("; ")}.` });
  beginEffect(run);
  const time = await call.scope.durable.step("emit", async () => {
    const at = drafted.data.time ?? new Date(run.deps.clock.nowMs()).toISOString();
    await run.deps.events.publish(run.input.tenantId, asCausedBy(cloudEvent.parse({ ...drafted.data, time: at }), run.input));
    return at;
  });
  return { output: { ...drafted.data, time } };
}
