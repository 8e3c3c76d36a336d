import { z } from "zod";
import { parse } from "yaml";
import { AppError } from "../../lib/app-error.ts";
import { isoDuration } from "../functions/define-function.ts";

const fault = z.union([z.literal("timeout"), z.literal(500), z.literal("wrong shape")]).describe("timeout: no answer at all; 500: it breaks; wrong shape: an answer nobody can use");
const record = z.record(z.string(), z.unknown());

const asked = { needs_approval: z.union([z.literal(true), isoDuration]).optional().describe("Policy wants people to approve the call first: the next of `approvals` decides, and the answer is given after their yes. A duration: how long they have, a day without it") };
const toolAnswer = z.union([
  z.strictObject({ ok: z.unknown(), say: z.string().optional(), ...asked }),
  z.strictObject({ not_found: z.string().describe("The tool's sentence"), ...asked }),
  z.strictObject({ refused: z.string().describe("The reason, as the system of record gives it"), say: z.string().optional(), ...asked }),
  z.strictObject({ denied: z.string().describe("What policy says") }),
  z.strictObject({ fault, ...asked }),
  z.strictObject({ ...asked, needs_approval: asked.needs_approval.unwrap() }).describe("Nobody says yes, so there is no answer"),
]);
const functionAnswer = z.union([
  z.strictObject({ gives: z.unknown() }),
  z.strictObject({ fault }),
  z.strictObject({ fails: z.string().describe("An error's code, such as workflows.withheld"), status: z.int().default(500), message: z.string().optional() }),
]);
const httpAnswer = z.strictObject({
  method: z.string().default("GET"), url: z.string().describe("The whole address, or with * for any characters"),
  status: z.int().default(200), body: z.unknown().optional(), headers: z.record(z.string(), z.string()).default({}), fault: fault.optional(),
});
const event = z.strictObject({ type: z.string(), source: z.string().default("https://test.example"), subject: z.string().optional(), data: z.unknown().optional(), after: isoDuration.optional().describe("From the start; without it, when the run listens") });
const decision = z.union([z.enum(["approved", "refused", "nobody"]).transform((word) => ({ decision: word, after: "PT0S", comment: null })), z.strictObject({ decision: z.enum(["approved", "refused", "nobody"]), after: isoDuration.default("PT0S"), comment: z.string().nullable().default(null) })]);
const message = z.union([z.string().transform((says) => ({ says, after: "PT0S" })), z.strictObject({ says: z.string(), after: isoDuration.default("PT0S") })]);

/** A single answer stands for every call; a list gives one per call. */
const perCall = <Answer extends z.ZodType>(answer: Answer) => z.union([z.array(answer).min(1), answer]);

const calls = z.array(z.strictObject({ tool: z.string(), arguments: record.default({}) }));
const expected = z.strictObject({
  outcome: z.enum(["completed", "failed", "cancelled", "waiting"]).optional(),
  output: z.unknown().optional().describe("What the output holds, at least"),
  error: z.string().optional().describe("The error's type, or how it ends: timeout, workflows.ask_gave_up"),
  path: z.array(z.string()).optional().describe("All tasks that were carried out, in order"),
  passes: z.array(z.string()).optional().describe("Some of them, in order"),
  avoids: z.array(z.string()).optional(),
  effects: calls.optional().describe("All calls of tools that change something, in order; none when it is not said"),
  undone: calls.optional(),
  approvals: calls.optional().describe("What people were asked to approve"),
  replies: z.array(z.string()).optional().describe("All that the contact was told, in order: exact, or /a pattern/"),
  handoffs: z.array(z.string()).optional().describe("The reasons"),
  notices: z.array(record).optional(),
  requests: z.array(z.string()).optional().describe("METHOD address, of all calls to the outside"),
  events: z.array(record).optional().describe("What was emitted"),
  took: isoDuration.optional().describe("Time from start to end"),
});

const workflowTest = z.strictObject({
  name: z.string().min(1),
  workflow: z.string().optional(),
  input: z.unknown().optional(),
  on: z.union([event, z.array(event).min(1)]).optional().describe("The event that starts the run, checked against the workflow's schedule; its input"),
  hasConversation: z.boolean().optional().describe("Whether the run belongs to a conversation; one begun by an event does not"),
  startsAt: z.iso.datetime({ offset: true }).default("2026-01-05T09:00:00Z"),
  contact: z.array(message).default([]).describe("What the contact answers, one message a question"),
  tools: z.record(z.string(), perCall(toolAnswer)).default({}),
  answers: z.record(z.string(), perCall(functionAnswer)).default({}).describe("Of functions that ask a model or search: understand, retrieve, generate, agent, verify, notify"),
  approvals: z.array(decision).default([]),
  http: z.array(httpAnswer).default([]),
  events: z.array(event).default([]),
  secrets: z.record(z.string(), z.union([z.string(), z.record(z.string(), z.string())])).default({}),
  cancelAfter: isoDuration.optional(),
  expect: expected,
});
const testFile = z.strictObject({ workflow: z.string().optional(), tests: z.array(workflowTest).min(1) });

export type ToolAnswer = z.output<typeof toolAnswer>;
export type ScriptedEvent = z.output<typeof event>;
export type FaultKind = z.output<typeof fault>;
export type Expected = z.output<typeof expected>;
/** One test, with its workflow and the file it stands in. */
export type WorkflowTest = Omit<z.output<typeof workflowTest>, "workflow"> & { workflow: string; file: string };

/**
 * Reads a file of tests. Null: it holds something else, such as evaluations.
 *
 * Throws: `workflows.test_invalid` with the file and what is wrong.
 */
export function readTestFile(text: string, file: string): readonly WorkflowTest[] | null {
  const data: unknown = parse(text, { maxAliasCount: 100, merge: true });
  if (typeof data !== "object" || data === null || !("tests" in data)) return null;
  const read = testFile.safeParse(data);
  if (!read.success) throw testInvalid(`${file}:\n${z.prettifyError(read.error)}`);
  return read.data.tests.map((each) => {
    const workflow = each.workflow ?? read.data.workflow;
    if (workflow === undefined) throw testInvalid(`${file}: the test "${each.name}" does not say which workflow it tests.`);
    return { ...each, workflow, file };
  });
}

export function testInvalid(message: string): AppError {
  return new AppError({ code: "workflows.test_invalid", status: 400, message });
}
