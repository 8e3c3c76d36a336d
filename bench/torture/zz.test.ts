import { test } from "node:test";
import { z } from "zod";
import { startInterpreter } from "../../test/conformance/start-interpreter.ts";
import { WORKFLOWS } from "./workflow-documents.ts";
import { createLog } from "../../src/lib/log.ts";
test.only("one", async () => {
  const done: unknown[] = []; const seen = new Map<string, number>();
  await using i = await startInterpreter({ log: createLog({ level: "warn", isPretty: true }), mayRunProcesses: true, functions: [{ name: "effect", summary: "", input: z.unknown(), output: z.unknown(), traits: { waits: false, effects: true, needsConversation: false }, run: ({ durable, idempotencyKey }, given: any) => durable.step("effect", async () => { done.push(given.value); const n = (seen.get(idempotencyKey) ?? 0) + 1; seen.set(idempotencyKey, n); if (given.failsOnce && n === 1) throw new Error("x"); return given.value; }) }] });
  i.publish(WORKFLOWS.child);
  const id = await i.start(WORKFLOWS.every);
  await new Promise((r) => setTimeout(r, 14000));
  const rows = await i.database.of("acme").selectFrom("workflow_run").select(["id", "status", "pointer", "error"]).execute();
  console.log(done, rows);
  for (const t of await i.tasks(id)) console.log(t.seq, t.pointer, t.iteration, t.status, t.error);
});
