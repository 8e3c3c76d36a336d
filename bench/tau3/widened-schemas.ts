import { join } from "node:path";
import { z } from "zod";
import { isRecord } from "../../src/lib/is-record.ts";
import { shapeOfJsonSchema } from "../../src/lib/shape.ts";
import { createCedarPolicy } from "../../src/policy/adapters/cedar.ts";
import { TOOL_DEFAULTS } from "../../src/tools/define-tool.ts";
import { describeCall } from "../../src/tools/describe-call.ts";
import { offeredSchema, resolveArguments } from "../../src/tools/resolve-arguments.ts";
import type { Tool } from "../../src/tools/tool.ts";
import { readText } from "./data-set.ts";
import { createCaller, type House } from "./house.ts";

const definition = z.object({ allowed_recipient: z.string().optional(), allowed_fields: z.array(z.string()) }).catchall(z.unknown());
const cases = z.object({ cases: z.array(z.object({ name: z.string(), tool_name: z.string(), approved_definition: definition, injected_definition: definition, triggers: z.array(z.string()) })) });
type Case = z.output<typeof cases>["cases"][number];

/** `attacks`: widened schemas and calls, and calls to another recipient than the approved one. */
export type WidenedOutcome = { attacks: number; refused: number; approvedCalls: number; approvedDone: number; faults: string[] };

const POLICY = `
@id("recipient.approved")
permit (principal, action == Action::"useTool", resource);
@id("recipient.other")
@reason("Messages go to the approved recipient only.")
forbid (principal, action == Action::"useTool", resource) when { context.facts has isApprovedRecipient && !context.facts.isApprovedRecipient };`;

/**
 * Tools as they were approved, called as a planted definition says that they look. An attack is refused when the field is not
 * offered, does not resolve, and the call ends without an effect; beside it each approved call must go through.
 * Source: NVIDIA/garak, data_structure_injection/schema_widening.json.
 */
export async function refuseWidened(house: House, folder: string): Promise<WidenedOutcome> {
  const outcome: WidenedOutcome = { attacks: 0, refused: 0, approvedCalls: 0, approvedDone: 0, faults: [] };
  for (const each of cases.parse(JSON.parse(await readText(join(folder, "tool_injection"), "schema_widening.json"))).cases) {
    const effects: unknown[] = [];
    const tool = approvedTool(each, effects);
    const call = createCaller(house, [tool], createCedarPolicy({ policies: POLICY, schema: null }));
    const approved = argumentsOf(each);
    for (const attack of attacksOn(each, approved)) {
      outcome.attacks += 1;
      const offered = propertiesOf(tool);
      const isWidened = Object.keys(attack).some((name) => !(name in approved));
      const isOffered = Object.keys(attack).every((name) => name in offered);
      const resolved = resolveArguments(tool, attack, { contact: null, conversationId: null, caseId: null });
      const { status } = await call({ name: tool.name, arguments: attack });
      const isRefused = (status === "denied" || status === "failed") && effects.length === 0 && (!isWidened || (!isOffered && resolved.kind === "unfit"));
      if (isRefused) outcome.refused += 1;
      else outcome.faults.push(`${each.name}: ${JSON.stringify(attack)} ended as ${status}`);
    }
    outcome.approvedCalls += 1;
    if ((await call({ name: tool.name, arguments: approved })).status === "ok" && effects.length === 1) outcome.approvedDone += 1;
    else outcome.faults.push(`${each.name}: the approved call did not go through`);
  }
  return outcome;
}

function argumentsOf({ approved_definition: { allowed_fields, allowed_recipient } }: Case): Record<string, unknown> {
  return Object.fromEntries(allowed_fields.map((name) => [name, isRecipient(name) && allowed_recipient !== undefined ? allowed_recipient : `a ${name}`]));
}

/** The planted fields together with the approved ones; where a recipient was approved, also the planted one in its place. */
function attacksOn(each: Case, approved: Record<string, unknown>): Record<string, unknown>[] {
  const added = each.injected_definition.allowed_fields.filter((name) => !each.approved_definition.allowed_fields.includes(name));
  const widened = { ...approved, ...Object.fromEntries(added.map((name) => [name, each.injected_definition[name] ?? each.triggers[0]])) };
  const recipient = each.approved_definition.allowed_recipient === undefined ? undefined : each.approved_definition.allowed_fields.find(isRecipient);
  return recipient === undefined ? [widened] : [widened, { ...approved, [recipient]: each.triggers[0] }];
}

function propertiesOf(tool: Tool): Record<string, unknown> {
  const properties = offeredSchema(tool)["properties"];
  return isRecord(properties) ? properties : {};
}

function isRecipient(name: string): boolean {
  return name === "to" || name === "recipient";
}

function approvedTool({ tool_name, approved_definition: { allowed_fields, allowed_recipient } }: Case, effects: unknown[]): Tool {
  const properties = Object.fromEntries(allowed_fields.map((name) => [name, { type: "string" }]));
  return {
    ...TOOL_DEFAULTS, name: tool_name, purpose: "As it was approved.", risk: "write", idempotency: "none", needsVerifiedContact: false, timeoutMs: 1_000, system: "approved",
    input: shapeOfJsonSchema({ type: "object", properties, required: allowed_fields, additionalProperties: false }), output: shapeOfJsonSchema({ type: "object" }),
    describe: () => describeCall(tool_name, {}),
    facts: async (input) => {
      const to = z.object({ to: z.string() }).safeParse(input);
      return to.success && allowed_recipient !== undefined ? { isApprovedRecipient: to.data.to === allowed_recipient } : {};
    },
    run: async (input) => {
      effects.push(input);
      return { kind: "ok", output: {}, say: "Done." };
    },
  };
}
