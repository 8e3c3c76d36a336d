import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { z } from "zod";
import type { WorkflowFunction } from "../../src/workflows/functions/function.ts";
import { startInterpreter } from "../../test/conformance/start-interpreter.ts";
import { WORKFLOWS } from "./workflow-documents.ts";

/**
 * The interpreter in a process that is killed again and again. Its function `effect` writes every attempt down, with the key
 * it was given.
 *
 *   node bench/torture/workflow-endpoint.ts INGRESS_URL ADMIN_URL DATABASE_URL NAMESPACE
 */
const [ingress = "", admin = "", databaseUrl = "", namespace = ""] = process.argv.slice(2);

const pool = new pg.Pool({ connectionString: databaseUrl, max: 4 });
// Told by the query that fails.
pool.on("error", () => {});

const given = z.object({ value: z.string(), delayMs: z.number().default(0), failsOnce: z.boolean().default(false) });

/** Tried again until it is written down: the database is among what is killed. */
async function writeDown(run: string, key: string, value: string): Promise<number> {
  for (;;) {
    try {
      const { rows } = await pool.query<{ attempts: number }>("insert into torture_effect (run, key, value, attempts) values ($1, $2, $3, 1) on conflict (run, key, value) do update set attempts = torture_effect.attempts + 1 returning attempts", [run, key, value]);
      return rows[0]?.attempts ?? 0;
    } catch {
      await sleep(50);
    }
  }
}

const effect: WorkflowFunction = {
  name: "effect", summary: "One effect that is written down.", input: z.unknown(), output: z.unknown(), traits: { waits: false, effects: true, needsConversation: false },
  run: ({ durable, subject, idempotencyKey }, input) => {
    const { value, delayMs, failsOnce } = given.parse(input);
    return durable.step("effect", async () => {
      const attempts = await writeDown(subject.runId, idempotencyKey, value);
      if (delayMs > 0) await sleep(delayMs);
      if (failsOnce && attempts === 1) throw new Error("fails the first time");
      return value;
    });
  },
};

await startInterpreter({ functions: [effect], servers: { ingress, admin }, databaseUrl, namespace, mayRunProcesses: true, documents: Object.values(WORKFLOWS), withRelay: true });
process.stdout.write("ready\n");
