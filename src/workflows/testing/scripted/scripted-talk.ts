import { z } from "zod";
import { durationMs, keyedId, type FunctionDeclaration } from "../../functions/define-function.ts";
import type { FunctionCall, WorkflowFunction } from "../../functions/function.ts";
import { askDeclined, askGaveUp } from "../../functions/functions.errors.ts";
import { fault } from "../../run/faults.ts";
import { readAnswer } from "../../talk/read-answer.ts";
import { toolUnknown } from "../../../tools/tools.errors.ts";
import { askPeople, decisionOf } from "./ask-people.ts";
import { resolveAfter, type Script } from "./script.ts";

const question = z.object({ question: z.string(), choices: z.array(z.string()).optional(), schema: z.record(z.string(), z.unknown()).optional(), retry: z.string().optional(), attempts: z.number(), within: z.string(), otherwise: z.enum(["handoff", "error"]) });

/** `ask`: the contact of the test answers, or says nothing until the time is over. Answers are read as in the product. */
export function scriptedAsk(script: Script, declared: FunctionDeclaration): WorkflowFunction {
  return {
    ...declared,
    async run(call, value) {
      const given = question.parse(value);
      let text = given.question;
      for (let attempt = 1; attempt <= given.attempts; attempt += 1) {
        const heard = await hear(script, call, text, attempt, given.within);
        if (heard === null) return giveUp(script, call, given, "the contact did not answer in time");
        const read = readAnswer({ choices: given.choices ?? null, schema: given.schema ?? null }, heard);
        if (read.kind === "fits") return { answer: read.value, text: heard, attempts: attempt };
        if (read.kind === "declined") throw askDeclined();
        text = given.retry ?? `Sorry, I did not understand that. ${given.question}`;
      }
      return giveUp(script, call, given, `no usable answer after ${given.attempts} attempts`);
    },
  };
}

async function hear(script: Script, call: FunctionCall, text: string, attempt: number, within: string): Promise<string | null> {
  const external = call.durable.external();
  await call.durable.step(`ask.${attempt}`, async () => {
    script.happened.replies.push(text);
    const { contact } = script.test;
    // After the last message that the test gives, the contact is silent.
    const next = script.next("contact", [...contact, ...silence]);
    if (next !== null && next.says !== null) resolveAfter(script, external.id, next.after, () => next.says);
  });
  const heard = await external.wait(durationMs(within));
  return heard.kind === "resolved" ? String(heard.value) : null;
}

const silence: readonly { says: string | null; after: string }[] = Array.from({ length: 100 }, () => ({ says: null, after: "PT0S" }));

async function giveUp(script: Script, call: FunctionCall, given: z.infer<typeof question>, why: string): Promise<never> {
  if (given.otherwise === "handoff") await call.durable.step("ask.handoff", async () => void script.happened.handoffs.push("workflow.no_answer"));
  throw askGaveUp({ message: `No answer to "${given.question.slice(0, 200)}": ${why}.` });
}

const request = z.object({ tool: z.string(), arguments: z.record(z.string(), z.unknown()), within: z.string() });

/** `approve`: decided as the test says; "nobody", or no decision at all, lets the time run out. */
export function scriptedApprove(script: Script, declared: FunctionDeclaration): WorkflowFunction {
  return {
    ...declared,
    async run(call, value) {
      const given = request.parse(value);
      const id = keyedId("appr", call);
      const external = call.durable.external();
      await call.durable.step("approve.request", async () => ask(script, given, id, external.id));
      const heard = await external.wait(durationMs(given.within));
      return call.durable.step("approve.decision", async () => {
        const { status, callHash, comment } = decisionOf(script, id, heard.kind === "timed_out");
        return { isApproved: status === "approved", status, approvalId: id, callHash, decidedBy: status === "expired" ? null : "user:test", comment };
      });
    },
  };
}

function ask(script: Script, given: z.infer<typeof request>, id: string, externalId: string): void {
  const tool = script.tools.get(given.tool);
  if (tool === undefined) throw toolUnknown({ message: `There is no tool "${given.tool}" in this workspace.` });
  const parsed = tool.input.parse(given.arguments);
  if (!parsed.isFit) throw fault("validation", { detail: `The arguments do not fit the tool "${given.tool}": ${parsed.reason}` });
  askPeople(script, { tool: given.tool, arguments: given.arguments }, id, externalId);
}

const said = z.object({ text: z.string() });

export function scriptedReply(script: Script, declared: FunctionDeclaration): WorkflowFunction {
  return {
    ...declared,
    run: (call, value) =>
      call.durable.step("reply", async () => {
        script.happened.replies.push(said.parse(value).text);
        return { status: "sent", messageId: keyedId("msg", call) };
      }),
  };
}

const handed = z.object({ reason: z.string(), text: z.string().optional() });

export function scriptedHandoff(script: Script, declared: FunctionDeclaration): WorkflowFunction {
  return {
    ...declared,
    run: (call, value) =>
      call.durable.step("handoff", async () => {
        const { reason, text } = handed.parse(value);
        script.happened.handoffs.push(reason);
        if (text !== undefined) script.happened.replies.push(text);
        return { status: "handed_off" };
      }),
  };
}
