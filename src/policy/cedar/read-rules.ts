import * as cedar from "@cedar-policy/cedar-wasm/nodejs";
import { readApprovalRule } from "../approval-rule.ts";
import type { ApprovalRule } from "../policy.ts";
import { policyInvalid } from "../policy.errors.ts";

export type PolicyFile = { file: string; text: string };
/** Lines and columns count from 1. */
export type PolicyPlace = { file: string; line: number; column: number };

/** One Cedar policy with what its annotations say. `approval`: on a permit, who has to agree; on a forbid, who may lift it. */
export type Rule = {
  id: string;
  effect: "permit" | "forbid";
  text: string;
  json: cedar.PolicyJson;
  /** Names of attributes that its conditions ask for, and perhaps some texts more. */
  asked: ReadonlySet<string>;
  place: PolicyPlace;
  /** Where the text begins in its file, in UTF-16 units. */
  offset: number;
  reason: string | null;
  needsPerson: boolean;
  approval: ApprovalRule | null;
};

export type ReadFault = { place: PolicyPlace; message: string; advice: string };

const ANNOTATIONS = ["id", "reason", "needs_person", "approval", "people", "deadline"];

/** All policies, in the order they are written. Throws `policy.invalid` with the first fault, its file and line. */
export function readRules(files: readonly PolicyFile[]): Rule[] {
  const { rules, faults } = tryReadRules(files);
  const fault = faults[0];
  if (fault !== undefined) throw policyInvalid({ message: `${fault.place.file}:${fault.place.line}: ${fault.message} ${fault.advice}` });
  return rules;
}

/** The policies that can be read, and what is wrong with the others. */
export function tryReadRules(files: readonly PolicyFile[]): { rules: Rule[]; faults: ReadFault[] } {
  const rules: Rule[] = [];
  const faults: ReadFault[] = [];
  const ids = new Map<string, Rule>();
  for (const source of files) {
    const parts = cedar.policySetTextToParts(source.text);
    if (parts.type === "failure") {
      faults.push(...parts.errors.map((error) => ({ place: placeAt(source, charOf(source.text, error.sourceLocations?.[0]?.start ?? 0)), message: sentence(error.message, error.sourceLocations?.[0]?.label), advice: error.help ?? "See docs.cedarpolicy.com for the grammar." })));
      continue;
    }
    for (const template of parts.policy_templates) faults.push({ place: placeAt(source, Math.max(0, source.text.indexOf(template))), message: "Templates are not supported.", advice: "Write a policy without ?principal and ?resource." });
    for (const { text, offset } of inOrder(source.text, parts.policies)) {
      const read = readRule({ text, offset, place: placeAt(source, offset) }, rules.length);
      if ("message" in read) {
        faults.push(read);
        continue;
      }
      const twin = ids.get(read.id);
      if (twin !== undefined) faults.push({ place: read.place, message: `Two policies have the id "${read.id}".`, advice: `The other one is at ${twin.place.file}:${twin.place.line}: give one of them another @id.` });
      ids.set(read.id, read);
      rules.push(read);
    }
  }
  return { rules, faults };
}

function readRule(given: { text: string; offset: number; place: PolicyPlace }, ordinal: number): Rule | ReadFault {
  const { place } = given;
  const parsed = cedar.policyToJson(given.text);
  if (parsed.type === "failure") return { place, message: sentence(parsed.errors.map((error) => error.message).join("; ")), advice: "Correct the policy." };
  const annotations = parsed.json.annotations ?? {};
  const unknown = Object.keys(annotations).find((name) => !ANNOTATIONS.includes(name));
  // A slip in "@approval" would turn a question into a plain yes.
  if (unknown !== undefined) return { place, message: `There is no annotation "@${unknown}".`, advice: `Use ${ANNOTATIONS.map((name) => `@${name}`).join(", ")}; what you want to note for yourself goes into a comment.` };
  const textOf = (name: string) => (annotations[name] === undefined ? {} : { [name]: annotations[name] ?? "" });
  const approval = readApprovalRule({ ...textOf("approval"), ...textOf("people"), ...textOf("deadline") });
  if (typeof approval === "string") return { place, message: approval, advice: "Correct the annotation." };
  return { id: annotations["id"] ?? `policy.${ordinal + 1}`, effect: parsed.json.effect, text: given.text, json: parsed.json, asked: namesIn(parsed.json.conditions), place, offset: given.offset, reason: annotations["reason"] ?? null, needsPerson: "needs_person" in annotations, approval };
}

/** Every text that stands in the conditions: too many rather than too few. */
function namesIn(conditions: cedar.PolicyJson["conditions"]): Set<string> {
  return new Set(JSON.stringify(conditions).match(/(?<=")[^"\\\\]*(?=")/g));
}

/** Cedar gives the policies sorted by an id of its own; this finds each in the text again. */
function inOrder(source: string, parts: readonly string[]): { text: string; offset: number }[] {
  const from = new Map<string, number>();
  const found = parts.map((text) => {
    const offset = source.indexOf(text, from.get(text) ?? 0);
    from.set(text, offset + text.length);
    return { text, offset };
  });
  return found.sort((left, right) => left.offset - right.offset);
}

/** Cedar counts bytes of UTF-8. */
export function charOf(text: string, byte: number): number {
  return Buffer.from(text).subarray(0, byte).toString().length;
}

export function placeAt(source: PolicyFile, offset: number): PolicyPlace {
  const before = source.text.slice(0, offset).split("\n");
  return { file: source.file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

function sentence(text: string, label?: string | null): string {
  const whole = label ? `${text} (${label})` : text;
  return `${whole.charAt(0).toUpperCase()}${whole.slice(1)}${/[.!?]$/.test(whole) ? "" : "."}`;
}
