import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { FUNCTION_DECLARATIONS } from "../../src/app/workflow-functions/declarations.ts";
import { createLog } from "../../src/lib/log.ts";
import { sha256 } from "../../src/lib/sha256.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import type { Tool } from "../../src/tools/tool.ts";
import { readWorkflow } from "../../src/workflows/document/read-workflow.ts";
import { createLanguages } from "../../src/workflows/expressions/languages.ts";
import { readTestFile } from "../../src/workflows/testing/test-file.ts";
import { testWorkspace } from "../../src/workflows/testing/test-workspace.ts";
import type { TestWorld } from "../../src/workflows/testing/run-test.ts";
import { checkWorkflows } from "../../src/workflows/verify/check-workflow.ts";
import { environmentOf } from "../../src/workflows/verify/environment-of.ts";
import { findHandbook, readHandbook, type Action, type Flow } from "./read-handbook.ts";
import { MONEY, writeFlow } from "./write-flow.ts";

const folder = findHandbook();
const skip = folder === null ? "the data set abcd is not here; set BATON_DATA_SETS" : false;

/** The handbook's buttons as tools; what they are told is text. */
function toTool({ name, kind, slots }: Action): Tool {
  const risk = MONEY.has(name) ? "money" : kind === "kb_query" ? "read" : "write";
  return defineTool({ name, purpose: name, risk, idempotency: "natural", needsVerifiedContact: false, timeoutMs: 1_000, input: z.object(Object.fromEntries(slots.map((slot) => [slot, z.string()]))), output: z.object({}), describe: () => name, run: async () => ({ kind: "ok", output: {}, say: "Done." }) });
}

async function openWorld(path: string): Promise<{ world: TestWorld; flows: readonly Flow[]; tools: ReadonlyMap<string, Tool> }> {
  const handbook = await readHandbook(path);
  const takeBack = toTool({ name: "take-back", kind: "interaction", slots: ["action"] });
  const tools = new Map([...handbook.actions.map(toTool), takeBack].map((tool) => [tool.name, tool]));
  const workflows = new Map(handbook.flows.map((flow) => {
    const text = writeFlow(flow, handbook.actions);
    return [sha256(text), readWorkflow(text, `${flow.name}.yaml`)];
  }));
  return { flows: handbook.flows, tools, world: { workflows, tools, functions: FUNCTION_DECLARATIONS, languages: createLanguages(), folder: null, log: createLog({ level: "error", isPretty: true }) } };
}

const nameOf = (flow: Flow) => flow.name.replaceAll("_", "-");

/** What is made and refused when a colleague asks for these actions in this order. */
function toTest(flow: Flow, name: string, asked: readonly string[], tools: ReadonlyMap<string, Tool>) {
  const made: string[] = [];
  const refused: { asked: string; due: string }[] = [];
  for (const action of asked) {
    const due = flow.actions[made.length];
    if (due === undefined) break;
    if (action === due) made.push(action);
    else refused.push({ asked: action, due });
  }
  const calls = [...new Set(made)];
  return {
    name: `${flow.name} ${name}`, input: { case: "case-1" },
    events: asked.slice(0, made.length + refused.length).map((action) => ({ type: "action.requested", data: { case: "case-1", action, values: {} } })),
    tools: Object.fromEntries(calls.map((action) => [action, { ok: {} }])), approvals: made.filter((action) => MONEY.has(action)).map(() => "approved"),
    expect: {
      effects: made.filter((action) => tools.get(action)?.risk !== "read").map((tool) => ({ tool })),
      // A flow that is not carried on waits for its next action until its time is over.
      ...(made.length === flow.actions.length ? { outcome: "completed", output: { made } } : { error: "timeout", took: "P30D" }),
      events: refused.map((data) => ({ type: "action.refused", data })),
    },
  };
}

test("all 55 flows are expressed and pass every check", { skip }, async () => {
  const { world, flows, tools } = await openWorld(folder ?? "");
  assert.equal(flows.length, 55);
  const findings = checkWorkflows([...world.workflows.values()], environmentOf({ tools, functions: FUNCTION_DECLARATIONS, policies: "" }));
  assert.deepEqual(findings.map(({ place, rule, message }) => `${place.file}:${place.line} ${rule}: ${message}`), []);
});

test("every flow makes its actions in the required order and refuses every other order", { skip }, async () => {
  const { world, flows, tools } = await openWorld(folder ?? "");
  const tests = flows.flatMap((flow) => {
    const { actions } = flow;
    const early = actions.flatMap((_, place) => [...actions.slice(0, place), ...actions.slice(place).toReversed(), ...actions.slice(place)]);
    const cases = [
      toTest(flow, "in order", actions, tools),
      toTest(flow, "backwards", actions.toReversed(), tools),
      toTest(flow, "with every action asked for too early", early, tools),
      // Left out: nothing after it is made.
      ...actions.map((missing, place) => toTest(flow, `without ${place + 1} ${missing}`, actions.filter((_, each) => each !== place), tools)),
    ];
    return readTestFile(JSON.stringify({ workflow: nameOf(flow), tests: cases }), flow.name) ?? [];
  });
  const { outcomes, tookMs } = await testWorkspace(world, tests);
  assert.deepEqual(outcomes.filter((each) => each.differences.length > 0).map((each) => [each.test.name, each.differences]), []);
  assert.ok((outcomes.length / tookMs) * 60_000 >= 1_000, `${outcomes.length} runs in ${Math.round(tookMs)} ms`);
});
