import { z } from "zod";
import { startInterpreter } from "../../test/conformance/start-interpreter.ts";
import type { WorkflowFunction } from "../../src/workflows/functions/function.ts";

/**
 * The interpreter in a process of its own, with a function that makes one journaled step and nothing in it.
 *
 *   node bench/workflow/interpreter-endpoint.ts INGRESS_URL ADMIN_URL DATABASE_URL NAMESPACE < documents as a JSON list
 */
const [ingress = "", admin = "", databaseUrl = "", namespace = ""] = process.argv.slice(2);

const step: WorkflowFunction = { name: "step", summary: "One journaled step.", input: z.unknown(), output: z.unknown(), traits: { waits: false, effects: true, needsConversation: false }, run: ({ durable }, input) => durable.step("step", async () => input) };

let text = "";
for await (const part of process.stdin) text += String(part);
await startInterpreter({ functions: [step], servers: { ingress, admin }, databaseUrl, namespace, documents: z.array(z.string()).parse(JSON.parse(text)) });
process.stdout.write("ready\n");
