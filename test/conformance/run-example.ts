import type { WorkflowSource } from "../../src/workflows/document/definition.ts";
import { workflowError } from "../../src/workflows/run/run-input.ts";
import { readRunRow } from "../../src/workflows/run/run.store.ts";
import { TENANT, type Interpreter } from "./start-interpreter.ts";

/** What sub-workflows the examples run. */
export const STUBS = ["document: { dsl: '1.0.3', namespace: test, name: register-customer, version: '0.1.0' }\ndo: [ { done: { set: { registered: true } } } ]\n"];

/** Input that the examples' expressions find something in. */
const INPUT = { id: 1, petId: 1, petName: "Rex", carId: 1, roomId: 1, pets: [], readings: [], user: { firstName: "Ada", lastName: "Byron" }, customer: { age: 30 }, patient: { fullName: "A" }, room: { number: 1 }, orderType: "physical", searchQuery: "x", config: { x: 1 } };
const END_MS = 5_000;

/**
 * Runs an example against the local shop, which knows none of its addresses: it has run when it completed, waits for what it
 * is to wait for, or failed by what the other side answered, or by what the example itself lacks (a value its own data does not have). Null, or why it did not.
 */
export async function runExample(interpreter: Interpreter, source: WorkflowSource, shopUrl: string): Promise<{ outcome: string; fault: string | null }> {
  const text = source.text.replaceAll(/https?:\/\/[a-z0-9.-]+\.(?:com|org|io|dev|net)(?=[/"'\s])/g, (host) => (/serverlessworkflow|superbet|petstore\.com|home\.com/.test(host) ? host : shopUrl));
  const input = source.definition.schedule?.kind === "on" ? [{ data: INPUT }] : INPUT;
  const runId = await interpreter.start(text, input);
  for (const fromMs = performance.now(); performance.now() - fromMs < END_MS; ) {
    const row = await readRunRow(interpreter.database, TENANT, runId);
    if (row !== null && row.status !== "running") {
      const error = row.error === null ? null : workflowError.parse(row.error);
      const isOurs = error !== null && (/\/(runtime|workflows\.[a-z_]+)$/.test(error.type) || /not carried out|is refused|There is no/.test(error.detail ?? ""));
      return { outcome: error === null ? row.status : `${row.status}: ${error.detail ?? error.title}`, fault: isOurs ? `${error.type} ${error.instance}` : null };
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { outcome: "running", fault: null };
}
