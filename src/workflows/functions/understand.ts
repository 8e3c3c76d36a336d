import { z } from "zod";
import { restore } from "../../guard/redactor.ts";
import type { CallContext } from "../../models/call-context.ts";
import type { FunctionCall } from "./function.ts";
import type { FunctionDeps } from "./function-deps.ts";
import { declareFunction, defineFunction } from "./define-function.ts";

const input = z.strictObject({ text: z.string().max(100_000).describe("The message to understand.") });
const output = z.object({
  intent: z.string().nullable().describe("The best fitting intent of the workspace; null when none fits."),
  confidence: z.number(),
  intents: z.array(z.object({ name: z.string(), confidence: z.number() })),
  language: z.string(),
  sentiment: z.enum(["negative", "neutral", "positive"]),
  urgency: z.number(),
  risks: z.array(z.string()),
  entities: z.record(z.string(), z.array(z.string())).describe("What the text names, by kind: { order_number: [\"1042\"] }."),
});

export const understandDeclaration = declareFunction({ name: "understand", summary: "Reads a text: intent, entities, language, sentiment, urgency, risks.", input, output, traits: { waits: false, effects: false, needsConversation: false } });

/** `call: understand`: what a text asks for, in which language and mood. Read with placeholders for personal values. */
export function understandFunction(deps: Pick<FunctionDeps, "understander" | "redactor">) {
  return defineFunction({
    ...understandDeclaration,
    run(call, given) {
      return call.durable.step("understand", async () => {
        const redacted = deps.redactor.redact({ text: given.text, known: [], names: [] });
        const read = await deps.understander.understand({ text: redacted.text, recent: [], call: contextOf(call), signal: call.durable.signal });
        const entities: Record<string, string[]> = {};
        for (const entity of read.entities) {
          const value = restore(entity.value, redacted.placeholders);
          const known = (entities[entity.kind] ??= []);
          if (!known.includes(value)) known.push(value);
        }
        const best = read.intents[0];
        return { intent: best?.name ?? null, confidence: best?.confidence ?? 0, intents: read.intents, language: read.language, sentiment: read.sentiment.label, urgency: read.urgency, risks: [...read.risks], entities };
      });
    },
  });
}

function contextOf({ subject, task }: FunctionCall): CallContext {
  const { tenantId, runId, workflow, conversationId, contactId, caseId, turnId } = subject;
  return {
    tenantId, purpose: "understand", runId, workflow: workflow.name, stage: task.name, dataClasses: [], audiences: [],
    ...(conversationId === null ? {} : { conversationId }), ...(contactId === null ? {} : { contactId }), ...(caseId === null ? {} : { caseId }), ...(turnId === null ? {} : { turnId }),
  };
}
