import * as cedar from "@cedar-policy/cedar-wasm/nodejs";
import { didYouMean } from "../../lib/did-you-mean.ts";
import { charOf, placeAt, tryReadRules, type PolicyPlace, type Rule } from "../cedar/read-rules.ts";
import { createRuleAsker } from "../cedar/satisfied-rules.ts";
import { actionGroups, readSchema } from "../cedar/schema.ts";
import type { PolicyFolder } from "../read-policy-folder.ts";
import { addAskedValues, newAskedValues } from "./condition-values.ts";
import { requestCells, type PolicySurroundings } from "./request-space.ts";
import { ruleHead } from "./rule-head.ts";

export type PolicyFinding = { severity: "error" | "warning"; rule: "syntax" | "schema" | "unknown-name" | "unused" | "contradictory"; place: PolicyPlace; message: string; advice: string };
/** `unexamined`: policies of which not every case could be looked at, with why. */
export type PolicyReport = { policies: number; findings: PolicyFinding[]; unexamined: { place: PolicyPlace; id: string; why: string }[] };

const ACTIONS = ["useTool", "readAudience", "approve", "changePolicy", "export"];

/**
 * What is wrong with the policies of a workspace: syntax, the schema, names of tools and audiences that are not there,
 * policies that never apply, permits that a forbid always overrides. The last two are looked for in the cases of `requestCells`.
 */
export function checkPolicies(folder: Pick<PolicyFolder, "files" | "schema" | "schemaFiles">, surroundings: PolicySurroundings): PolicyReport {
  const { rules, faults } = tryReadRules(folder.files);
  const findings: PolicyFinding[] = faults.map((fault) => ({ severity: "error", rule: "syntax", ...fault }));
  const start = { file: folder.schemaFiles[0]?.file ?? folder.files[0]?.file ?? "policies", line: 1, column: 1 };
  if (folder.schema === null) {
    if (rules.length > 0) findings.push({ severity: "warning", rule: "schema", place: start, message: "There is no schema, so attributes and actions are not checked.", advice: "Add policies/schema.cedarschema; the one of examples/shop is a good start." });
    return { policies: rules.length, findings: inOrder([...findings, ...unknownNames(rules, surroundings), ...unknownActions(rules)]), unexamined: [] };
  }
  const parsed = cedar.checkParseSchema(folder.schema);
  if (parsed.type === "failure") {
    const text = folder.schema;
    findings.push(...parsed.errors.map((error): PolicyFinding => ({ severity: "error", rule: "schema", place: placeAt({ file: start.file, text }, charOf(text, error.sourceLocations?.[0]?.start ?? 0)), message: error.message, advice: error.help ?? "Correct the schema." })));
    return { policies: rules.length, findings, unexamined: [] };
  }
  findings.push(...typeFindings(folder, rules));
  const unnamed = unknownNames(rules, surroundings);
  if (findings.some((finding) => finding.severity === "error")) return { policies: rules.length, findings: inOrder([...findings, ...unnamed]), unexamined: [] };
  findings.push(...unnamed);
  const known = new Set(findings.map((finding) => keyOf(finding.place)));
  const { unused, contradictory, unexamined } = examine(rules, folder.schema, surroundings);
  for (const rule of unused) if (!known.has(keyOf(rule.place))) findings.push({ severity: "warning", rule: "unused", place: rule.place, message: `The policy "${rule.id}" never applies: no request can meet its conditions.`, advice: "Remove it, or correct the names and values it asks for." });
  for (const { rule, by } of contradictory) findings.push({ severity: "warning", rule: "contradictory", place: rule.place, message: `The permit "${rule.id}" is always overridden by ${by.map((id) => `"${id}"`).join(", ")}.`, advice: "Remove it, or narrow the forbid: a forbid outranks every permit." });
  return { policies: rules.length, findings: inOrder(findings), unexamined };
}

function inOrder(findings: readonly PolicyFinding[]): PolicyFinding[] {
  return findings.toSorted((left, right) => left.place.file.localeCompare(right.place.file) || left.place.line - right.place.line);
}

function keyOf({ file, line, column }: PolicyPlace): string {
  return `${file}:${line}:${column}`;
}

/** Cedar's own validation: attributes, types, actions; and conditions that are false for every valid request. */
function typeFindings(folder: Pick<PolicyFolder, "files" | "schema">, rules: readonly Rule[]): PolicyFinding[] {
  const answer = cedar.validate({ schema: folder.schema ?? "", policies: { staticPolicies: Object.fromEntries(rules.map((rule) => [rule.id, rule.text])) } });
  if (answer.type === "failure") return answer.errors.map((error) => ({ severity: "error", rule: "schema", place: { file: "policies", line: 1, column: 1 }, message: error.message, advice: error.help ?? "Correct the policy." }));
  const found = new Map<string, PolicyFinding>();
  const add = (severity: "error" | "warning", { policyId, error }: cedar.ValidationError) => {
    const rule = rules.find((each) => each.id === policyId);
    const source = folder.files.find((each) => each.file === rule?.place.file);
    if (rule === undefined || source === undefined) return;
    const place = placeAt(source, rule.offset + charOf(rule.text, error.sourceLocations?.[0]?.start ?? 0));
    const message = error.message.replace(/^for policy `[^`]*`, /, "");
    // One fault is found once for every kind of request: what differs in the action alone is told once.
    found.set(`${severity} ${keyOf(place)} ${message.replace(/ for Action::"[^"]*"/, "")}`, severity === "error" ? { severity, rule: "schema", place, message: `In "${rule.id}": ${message}.`, advice: error.help === null ? "Correct the policy, or declare it in the schema." : `${error.help}.` } : { severity, rule: "unused", place, message: `The policy "${rule.id}" never applies: ${message}.`, advice: "Remove it, or correct the names and values it asks for." });
  };
  for (const error of answer.validationErrors) add("error", error);
  for (const error of answer.validationWarnings) add("warning", error);
  return [...found.values()];
}

/** Names of tools and audiences that are not there, wherever a policy writes them; without a schema, actions that nobody asks for. */
function unknownNames(rules: readonly Rule[], surroundings: PolicySurroundings): PolicyFinding[] {
  const { tools, audiences } = surroundings;
  return rules.flatMap((rule) => {
    const asked = newAskedValues();
    addAskedValues(asked, rule.json);
    const named = [...(asked.ids.get("resource") ?? []), ...(asked.parents.get("resource") ?? []), ...[...(asked.literals.get("context.tool") ?? [])].map((id) => ({ type: "Tool", id: String(id) }))];
    const wrong = [...new Map(named.map((ref) => [`${ref.type} ${ref.id}`, ref])).values()].filter(({ type, id }) => (type === "Tool" && !tools.has(id)) || (type === "Audience" && !audiences.includes(id)));
    return wrong.map(({ type, id }): PolicyFinding => ({ severity: "error", rule: "unknown-name", place: rule.place, message: `"${rule.id}" names the ${type === "Tool" ? "tool" : "audience"} "${id}", which this workspace does not have.`, advice: type === "Tool" ? `Its tools are ${[...tools.keys()].join(", ") || "none"}.` : `Its audiences are ${audiences.join(", ")} (baton.yaml).` }));
  });
}

/** Without a schema only the actions that Baton itself knows can be told from a slip. */
function unknownActions(rules: readonly Rule[]): PolicyFinding[] {
  return rules.flatMap((rule) => ruleHead(rule).actions.filter((action) => !ACTIONS.includes(action)).map((action): PolicyFinding => ({ severity: "error", rule: "unknown-name", place: rule.place, message: `"${rule.id}" names the action "${action}", which nobody asks for.${didYouMean(action, ACTIONS)}`, advice: "Correct its name, or declare it in policies/schema.cedarschema." })));
}

/** Looks at the cases until every policy was seen to apply, and every permit to be free of forbids. */
function examine(rules: readonly Rule[], schemaText: string, surroundings: PolicySurroundings) {
  const schema = readSchema(schemaText);
  const groupsOf = actionGroups(schema);
  const applied = new Set<string>();
  const free = new Set<string>();
  const overriddenBy = new Map<string, Set<string>>();
  const gaps = new Map<string, string>();
  for (const cell of requestCells({ rules, schema, surroundings })) {
    for (const rule of cell.rules) if (cell.gaps.length > 0) gaps.set(rule.id, cell.gaps.join("; "));
    const isSettled = (rule: Rule) => applied.has(rule.id) && (rule.effect === "forbid" || free.has(rule.id));
    if (cell.rules.every(isSettled)) continue;
    const ask = createRuleAsker(cell.rules, groupsOf);
    for (const request of cell.requests()) {
      const satisfied = ask(request);
      // What people may lift is no contradiction.
      const forbids = cell.rules.filter((rule) => rule.effect === "forbid" && rule.approval === null && satisfied.has(rule.id));
      for (const rule of cell.rules) {
        if (!satisfied.has(rule.id)) continue;
        applied.add(rule.id);
        if (forbids.length === 0) free.add(rule.id);
        else overriddenBy.set(rule.id, new Set([...(overriddenBy.get(rule.id) ?? []), ...forbids.map((each) => each.id)]));
      }
      if (cell.rules.every(isSettled)) break;
    }
  }
  const sure = rules.filter((rule) => !gaps.has(rule.id));
  return {
    unused: sure.filter((rule) => !applied.has(rule.id)),
    contradictory: sure.filter((rule) => rule.effect === "permit" && applied.has(rule.id) && !free.has(rule.id)).map((rule) => ({ rule, by: [...(overriddenBy.get(rule.id) ?? [])] })),
    unexamined: rules.flatMap((rule) => (gaps.has(rule.id) && !(applied.has(rule.id) && free.has(rule.id)) ? [{ place: rule.place, id: rule.id, why: gaps.get(rule.id) ?? "" }] : [])),
  };
}
