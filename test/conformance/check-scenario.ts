import assert from "node:assert/strict";
import { parse } from "yaml";
import type { RunEnd } from "../../src/workflows/run/run-input.ts";
import type { Scenario, Step } from "./gherkin.ts";
import type { Interpreter } from "./start-interpreter.ts";

type Outcome = { end: RunEnd; order: readonly string[] };

/** Carries out a scenario of the conformance kit; throws when the run did not do what it says, or a step is not known. */
export async function checkScenario(interpreter: Interpreter, scenario: Scenario, localise: (document: string) => string): Promise<void> {
  let definition = "";
  let input: unknown = {};
  let outcome: Outcome | null = null;
  for (const step of scenario.steps) {
    if (step.text === "a workflow with definition") definition = localise(blockOf(step));
    else if (step.text === "the workflow input is") input = parse(blockOf(step));
    else if (step.text === "the workflow is executed") outcome = await execute(interpreter, definition, input);
    else if (outcome === null) throw new Error(`"${step.text}" before the workflow was executed`);
    else checkStep(step, outcome);
  }
  if (outcome === null) throw new Error("the scenario executes nothing");
}

async function execute(interpreter: Interpreter, definition: string, input: unknown): Promise<Outcome> {
  const { runId, end } = await interpreter.run(definition, input);
  const tasks = await interpreter.tasks(runId);
  return { end, order: [...tasks].sort((one, other) => one.seq - other.seq).map((task) => task.name) };
}

function checkStep(step: Step, { end, order }: Outcome): void {
  const output = end.status === "completed" ? end.output : null;
  const { text } = step;
  const property = /^the workflow output should have a '([^']+)' property (with value|containing (\d+) items)$/.exec(text);
  const placed = /^(\w+) should run (first|last|after (\w+))$/.exec(text);
  if (text.startsWith("the workflow should complete")) {
    assert.equal(end.status, "completed", JSON.stringify(end));
    if (step.block !== null) assert.deepEqual(output, parse(step.block));
  } else if (text.startsWith("the workflow should fault")) {
    assert.equal(end.status, "failed", JSON.stringify(end));
    if (step.block !== null && end.status === "failed") assert.partialDeepStrictEqual(end.error, parse(step.block));
  } else if (text.startsWith("the workflow output should have properties")) {
    for (const [, path = ""] of text.matchAll(/'([^']+)'/g)) assert.notEqual(at(output, path), undefined, `no property ${path} in ${JSON.stringify(output)}`);
  } else if (property !== null) {
    const value = at(output, property[1] ?? "");
    if (property[3] === undefined) assert.deepEqual(value, parse(step.block ?? ""));
    else assert.equal(Array.isArray(value) ? value.length : -1, Number(property[3]));
  } else if (placed !== null) {
    const [, name = "", where = "", other = ""] = placed;
    if (where === "first") assert.equal(order[0], name);
    else if (where === "last") assert.equal(order.at(-1), name);
    else assert.ok(order.indexOf(name) > order.indexOf(other) && order.includes(other), `${order.join(", ")}: ${text}`);
  } else throw new Error(`the step "${text}" is not known`);
}

function blockOf(step: Step): string {
  if (step.block === null) throw new Error(`"${step.text}" has no text`);
  return step.block;
}

function at(value: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((found, key) => (typeof found === "object" && found !== null ? Object.entries(found).find(([name]) => name === key)?.[1] : undefined), value);
}
