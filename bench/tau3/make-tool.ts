import type { z } from "zod";
import { defineTool, type RiskClass, type ToolContext, type ToolFacts, type ToolResult } from "../../src/tools/define-tool.ts";
import type { Tool } from "../../src/tools/tool.ts";
import { describeCall } from "../../src/tools/describe-call.ts";
import type { Domain } from "./data-set.ts";
import { recordsOf, type Records } from "./record.store.ts";

type Declared<Input extends z.ZodType<Record<string, unknown>>, Output extends z.ZodType> = {
  domain: Domain;
  name: string;
  purpose: string;
  risk: RiskClass;
  input: Input;
  output: Output;
  facts?(input: z.output<Input>, records: Records, context: ToolContext): Promise<ToolFacts | null>;
  /** In a transaction of its own. */
  run(input: z.output<Input>, records: Records, context: ToolContext): Promise<ToolResult<z.output<Output>>>;
};

/** A tool over a domain's tables: its facts read them, its effect is one transaction. */
export function makeTool<Input extends z.ZodType<Record<string, unknown>>, Output extends z.ZodType>(declared: Declared<Input, Output>): Tool {
  const { domain, facts, run, ...rest } = declared;
  return defineTool({
    ...rest,
    idempotency: rest.risk === "read" ? "natural" : "none",
    // The domains' callers name the customer themselves; who has been verified is a fact for the policies.
    needsVerifiedContact: false,
    accepts: ["personal", "payment", "credential"], maxOutputBytes: 1_000_000, timeoutMs: 10_000,
    describe: (input) => describeCall(declared.name, input),
    ...(facts === undefined ? {} : { facts: async (input: z.output<Input>, context: ToolContext) => (await facts(input, recordsOf(context.sql, domain), context)) ?? {} }),
    run: (input, context) => context.sql.transaction((client) => run(input, recordsOf(client, domain), context)),
  });
}

export const done = <Output>(output: Output): ToolResult<Output> => ({ kind: "ok", output, say: "Done." });
export const refused = (reason: string): ToolResult<never> => ({ kind: "refused", reason, say: reason });
export const notFound = (say: string): ToolResult<never> => ({ kind: "not_found", say });
