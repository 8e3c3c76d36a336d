import { parse } from "yaml";
import { z } from "zod";
import { messageOf } from "../lib/app-error.ts";
import type { PolicyEntity, Policy, PolicyDecision } from "./policy.ts";
import { policyInvalid } from "./policy.errors.ts";

const ref = z.strictObject({ type: z.string().min(1), id: z.string().min(1) });
const value = z.union([z.string(), z.number().int(), z.boolean(), z.array(z.string()), z.strictObject({ entity: ref })]);
const entity = ref.extend({ attributes: z.record(z.string(), value).optional(), parents: z.array(ref).optional() });
const policyTest = z.strictObject({
  name: z.string().min(1),
  principal: z.union([z.string().min(1).transform((type) => ({ type, id: "somebody" })), entity]),
  action: z.string().min(1).default("useTool"),
  resource: z.union([z.string().min(1), entity]),
  context: z.record(z.string(), z.unknown()).default({}),
  expect: z.enum(["allow", "deny", "approve"]),
  /** Each of these must have decided; others may have, too. */
  rules: z.array(z.string()).default([]),
});
const testFile = z.strictObject({ tests: z.array(policyTest).min(1) });

export type PolicyTest = z.infer<typeof policyTest>;
export type PolicyTestResult = { file: string; name: string; isPassed: boolean; wanted: string; decision: PolicyDecision };

/** Reads `policies/*.test.yaml`. Throws `policy.invalid` naming the file and the place. */
export function readPolicyTests({ file, text }: { file: string; text: string }): PolicyTest[] {
  let data: unknown;
  try {
    data = parse(text);
  } catch (error) {
    throw policyInvalid({ message: `${file} cannot be read: ${messageOf(error)}`, cause: error });
  }
  const parsed = testFile.safeParse(data);
  if (!parsed.success) throw policyInvalid({ message: `${file}:\n${z.prettifyError(parsed.error)}` });
  return parsed.data.tests;
}

/**
 * Asks the policies what a test asks. A resource by its name is a tool (with its risk), or an audience for `readAudience`; a
 * tool's context begins as that of a verified contact on the web, of whom no facts are known.
 */
export function runPolicyTest(policy: Policy, tools: ReadonlyMap<string, { risk: string }>, file: string, given: PolicyTest): PolicyTestResult {
  const resource = typeof given.resource === "string" ? resourceOf(given.resource, given.action, tools) : plain(given.resource);
  const defaults = resource.type === "Tool" ? { tool: resource.id, channel: "web", isVerified: true, facts: {} } : {};
  const decision = policy.decide({ principal: plain(given.principal), action: given.action, resource, context: { ...defaults, ...given.context } });
  const isPassed = decision.effect === given.expect && given.rules.every((rule) => decision.rules.includes(rule));
  return { file, name: given.name, isPassed, wanted: `${given.expect}${given.rules.length === 0 ? "" : ` by ${given.rules.join(", ")}`}`, decision };
}

function resourceOf(id: string, action: string, tools: ReadonlyMap<string, { risk: string }>): PolicyEntity {
  if (action === "readAudience") return { type: "Audience", id };
  const tool = tools.get(id);
  if (tool === undefined) throw policyInvalid({ message: `A policy test names the tool "${id}", which is not in tools/. Write { type, id } for other things.` });
  return { type: "Tool", id, attributes: { risk: tool.risk } };
}

function plain({ type, id, attributes, parents }: z.infer<typeof entity>): PolicyEntity {
  return { type, id, ...(attributes === undefined ? {} : { attributes }), ...(parents === undefined ? {} : { parents }) };
}
