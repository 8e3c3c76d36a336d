import { describeCall } from "../describe-call.ts";
import type { Shape } from "../../lib/shape.ts";
import type { ToolContext, ToolResult } from "../tool.ts";
import { fillTemplate } from "./fill-template.ts";
import type { ToolRules } from "./tool-rules.ts";
import type { DeclarationPath, DeclaredTool } from "./tool-source.ts";

/** What a source adds to the rules: the shapes, the system, and how the call is made. */
export type DeclaredCall = {
  system: string;
  input: Shape;
  output: Shape;
  /** `refused`: the system's own words; `say`: what the contact is told in their place. Null: there is no such record. Throws `tools.system_away`, `tools.system_fault`. */
  call(input: Readonly<Record<string, unknown>>, context: ToolContext): Promise<{ output: unknown; evidence?: string } | { refused: string; say?: string } | null>;
};

/** A tool out of a declaration's rules; `path` is where they stand. */
export function makeTool(rules: ToolRules, declared: DeclaredCall, path: DeclarationPath = []): DeclaredTool {
  const { name, purpose, risk, timeoutMs, retry, rateLimit, maxOutputBytes, undo, accepts, bind, notFound } = rules;
  return {
    path, facts: rules.facts,
    tool: {
      name, purpose, risk, timeoutMs, retry, rateLimit, maxOutputBytes, undo, accepts, notFound: () => notFound, bound: bind, needsVerifiedContact: rules.verified, idempotency: rules.idempotency ?? (risk === "read" ? "natural" : "none"),
      system: declared.system, input: declared.input, output: declared.output,
      describe: (input) => (rules.describe === undefined ? describeCall(name, asRecord(input)) : fillTemplate(rules.describe, { ...asRecord(input), input })),
      async run(input, context): Promise<ToolResult> {
        const answer = await declared.call(asRecord(input), context);
        if (answer === null) return { kind: "not_found", say: notFound };
        if ("refused" in answer) return { kind: "refused", reason: answer.refused, say: answer.say ?? answer.refused };
        const say = rules.say === undefined ? "Done." : fillTemplate(rules.say, { input, output: answer.output });
        return { kind: "ok", output: answer.output, say, ...(answer.evidence === undefined ? {} : { evidence: answer.evidence }) };
      },
    },
  };
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
