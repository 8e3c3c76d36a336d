import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { requestCells } from "../../policy/analyse/request-space.ts";
import { readRules } from "../../policy/cedar/read-rules.ts";
import { createRuleAsker } from "../../policy/cedar/satisfied-rules.ts";
import { actionGroups, readSchema } from "../../policy/cedar/schema.ts";
import type { PolicyFolder } from "../../policy/read-policy-folder.ts";
import type { Tool } from "../../tools/tool.ts";
import type { Finding } from "../../workflows/verify/finding.ts";
import { noFile } from "../tool-files.ts";
import { placeIn, toFinding } from "./findings.ts";

/** Who is an assistant's contact, or one that asks by itself. */
const OF_CONTACTS = ["AiAgent", "Contact"];

/**
 * Tools that no policy permits, and declared tools that only read, bind nothing and may be called for a contact. For policies
 * without faults; without a schema nobody knows who could ask, so nothing is told.
 */
export async function checkRights(root: string, tools: ReadonlyMap<string, Tool>, policy: PolicyFolder): Promise<Finding[]> {
  if (policy.schema === null) return [];
  const texts = await readToolTexts(root);
  const findings: Finding[] = [];
  for (const tool of tools.values()) {
    const { file, text, pattern } = whereIs(tool.name, texts);
    const warn = (message: string, advice: string) => findings.push(toFinding({ rule: "tool-rights", severity: "warning", file, ...placeIn(text, pattern), message, advice }));
    const who = mayUse(policy, policy.schema, tools, tool);
    if (who !== null && who.length === 0) warn(`No policy permits the tool "${tool.name}", so nobody can call it.`, "Write a permit for it in policies/, or leave the tool out.");
    else if (isOpen(tool, file) && who?.some((type) => OF_CONTACTS.includes(type)) === true) warn(`The tool "${tool.name}" reads for a contact, and none of its arguments is bound: whoever names another's record reads it.`, "Bind what belongs to the contact, such as bind: { email: contact.email }; where it holds nothing of a contact, say verified: false.");
  }
  return findings;
}

/** A file of code looks at the contact by itself. `verified: false` says that everybody may read it. */
function isOpen({ risk, bound, needsVerifiedContact }: Tool, file: string): boolean {
  return risk === "read" && needsVerifiedContact && Object.keys(bound).length === 0 && /\.ya?ml$/.test(file);
}

/** The kinds of principals that may in some case, at once or with approval; null: nobody was seen to, but not every case was looked at. */
function mayUse({ files }: PolicyFolder, schemaText: string, tools: ReadonlyMap<string, Tool>, { name }: Tool): string[] | null {
  const schema = readSchema(schemaText);
  const groupsOf = actionGroups(schema);
  const cells = requestCells({ rules: readRules(files), schema, surroundings: { tools, audiences: [] }, action: "useTool", resource: name });
  const may = cells.filter(({ rules, requests }) => {
    if (!rules.some(({ effect }) => effect === "permit")) return false;
    const ask = createRuleAsker(rules, groupsOf);
    for (const request of requests()) {
      const satisfied = ask(request);
      const holds = rules.filter(({ id }) => satisfied.has(id));
      if (holds.some(({ effect }) => effect === "permit") && !holds.some(({ effect, approval }) => effect === "forbid" && approval === null)) return true;
    }
    return false;
  });
  return may.length === 0 && cells.some(({ gaps }) => gaps.length > 0) ? null : may.map(({ owner }) => owner.principalType);
}

type ToolText = { file: string; text: string };

async function readToolTexts(root: string): Promise<ToolText[]> {
  const names = ((await readdir(join(root, "tools")).catch(noFile)) ?? []).filter((name) => /\.(?:ts|ya?ml)$/.test(name) && !name.endsWith(".test.ts")).sort();
  return Promise.all(names.map(async (name) => ({ file: `tools/${name}`, text: await readFile(join(root, "tools", name), "utf8") })));
}

/** Where a tool is named; the folder, where no file says so. */
function whereIs(name: string, texts: readonly ToolText[]): ToolText & { pattern: RegExp } {
  for (const pattern of [new RegExp(`(?<=\\bname:\\s*["']?)${name}(?!\\w)`), new RegExp(`(?<!\\w)${name}(?!\\w)`)]) {
    const found = texts.find(({ text }) => pattern.test(text));
    if (found !== undefined) return { ...found, pattern };
  }
  return { file: "tools", text: "", pattern: /$/ };
}
