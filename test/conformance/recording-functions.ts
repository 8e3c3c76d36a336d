import { setTimeout } from "node:timers/promises";
import { z } from "zod";
import { AppError } from "../../src/lib/app-error.ts";
import type { WorkflowFunction } from "../../src/workflows/functions/function.ts";

/** Functions whose effects can be looked at: what was done, undone, and with which keys. */
export type Recording = { done: { value: unknown; key: string; iteration: number }[]; undone: unknown[]; failures: Map<string, number>; functions: readonly WorkflowFunction[] };

const input = z.object({ value: z.unknown(), delayMs: z.number().default(0), failAs: z.string().optional() });
const traits = { waits: false, effects: true, needsConversation: false };

/** `effect` makes one step, and can be undone; with `failAs` it fails as often as `failures` says for that name. */
export function createRecording(): Recording {
  const recording: Omit<Recording, "functions"> = { done: [], undone: [], failures: new Map() };
  const effect: WorkflowFunction<z.output<typeof input>> = {
    name: "effect", summary: "", input, output: z.unknown(), traits,
    run: ({ durable, idempotencyKey, task }, { value, delayMs, failAs }) =>
      durable.step("effect", async (signal) => {
        // What is given up does nothing any more.
        if (delayMs > 0) await setTimeout(delayMs, undefined, { signal });
        recording.done.push({ value, key: idempotencyKey, iteration: task.iteration });
        const left = failAs === undefined ? 0 : (recording.failures.get(failAs) ?? 0);
        if (failAs !== undefined && left > 0) {
          recording.failures.set(failAs, left - 1);
          throw new AppError({ code: "test.failed", status: 503, message: `failed as ${failAs}` });
        }
        return value;
      }),
    undo: ({ durable }, { value }) =>
      durable.step("undo", async () => {
        recording.undone.push(value);
      }),
  };
  const wait: WorkflowFunction = {
    name: "external", summary: "", input: z.unknown(), output: z.unknown(), traits: { ...traits, waits: true },
    async run({ durable }, given) {
      const external = durable.external();
      await durable.step("ask", async () => {
        recording.done.push({ value: external.id, key: "", iteration: 1 });
      });
      return external.wait(typeof given === "object" && given !== null && "timeoutMs" in given ? Number(given.timeoutMs) : null);
    },
  };
  return { ...recording, functions: [erased(effect), wait] };
}

/** The catalog holds functions of any input; each checks its own. */
function erased<Input>(fn: WorkflowFunction<Input>): WorkflowFunction {
  return { ...fn, input: fn.input, run: (call, given) => fn.run(call, fn.input.parse(given)), undo: async (call, given, output) => fn.undo?.(call, fn.input.parse(given), output) };
}
