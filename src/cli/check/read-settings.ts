import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { z } from "zod";
import { messageOf } from "../../lib/app-error.ts";
import { didYouMean, didYouMeanNear } from "../../lib/did-you-mean.ts";
import { isRecord } from "../../lib/is-record.ts";
import type { Tool } from "../../tools/tool.ts";
import { joinPointer } from "../../workflows/document/json-pointer.ts";
import { createPlaceFinder, parseYaml } from "../../workflows/document/parse-yaml.ts";
import type { Finding } from "../../workflows/verify/finding.ts";
import { faultsOfShape } from "../../workspace/read-declaration.ts";
import { batonFile, intentsFile } from "../../workspace/workspace-file.ts";
import { workspaceInvalid } from "../../workspace/workspace.errors.ts";
import { toFinding } from "./findings.ts";

type Path = readonly (string | number)[];
/** One file of settings; `data` null when it cannot be used. `at` makes a finding about a place in it. */
export type SettingsFile<T> = { data: T | null; at(path: Path, message: string, advice: string): Finding; findings: Finding[] };
export type Settings = { baton: SettingsFile<z.output<typeof batonFile>>; intents: SettingsFile<z.output<typeof intentsFile>> };

/** `baton.yaml` and `intents.yaml`. Throws `workspace.invalid` where one is missing: then the folder is no workspace. */
export async function readSettings(root: string): Promise<Settings> {
  return { baton: await readSettingsFile(root, "baton.yaml", "settings", batonFile), intents: await readSettingsFile(root, "intents.yaml", "intents", intentsFile) };
}

/** One YAML file of the workspace, checked; `guide` says what it holds. Throws `workspace.invalid` where it is missing. */
export async function readSettingsFile<T>(root: string, file: string, rule: string, schema: z.ZodType<T>, guide = "docs/guides/workspace.md"): Promise<SettingsFile<T>> {
  const text = await readFile(join(root, file), "utf8").catch((error: unknown) => {
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    throw workspaceInvalid({ message: `${root} is no workspace that can be read: ${isMissing ? `there is no ${file}` : messageOf(error)}. A workspace holds baton.yaml and intents.yaml.`, cause: error });
  });
  const placeOf = createPlaceFinder(file, text);
  const at = (path: Path, message: string, advice: string): Finding => {
    const pointer = joinPointer("", ...path.map(String));
    return { ...toFinding({ rule, file, pointer, message, advice }), place: placeOf(pointer) };
  };
  const yaml = parseYaml(text);
  if (yaml.kind === "faulty") return { data: null, at, findings: yaml.faults.map(({ message, advice, line, column }) => toFinding({ rule, file, line, column, message, advice })) };
  const read = schema.safeParse(yaml.data);
  if (read.success) return { data: read.data, at, findings: [] };
  return { data: null, at, findings: faultsOfShape(schema, read.error).map(({ path, message }) => at(path, message, `Correct it; ${guide} says what ${file} holds.`)) };
}

/** What both files name and the workspace does not have. A name of null: what there is could not be read, so nothing is looked up. */
export function checkNames({ baton, intents }: Settings, known: { tools: ReadonlyMap<string, Tool> | null; workflows: readonly string[] | null }): Finding[] {
  const findings: Finding[] = [];
  const look = (file: Settings["baton"] | Settings["intents"], path: Path, kind: string, name: string, names: readonly string[] | null, where: string) => {
    if (names !== null && !names.includes(name)) findings.push({ ...file.at(path, `There is no ${kind} "${name}".${didYouMean(name, names)}`, `Name one that is in ${where}, or add it there.`), rule: "unknown-reference" });
  };
  const tools = known.tools === null ? null : [...known.tools.keys()];
  const intentNames = intents.data?.intents.map(({ name }) => name) ?? null;
  for (const [place, { name, action }] of (intents.data?.intents ?? []).entries()) {
    const path = ["intents", place, "action"];
    if (action.kind === "tool") look(intents, [...path, "tool"], "tool", action.tool, tools, "tools/");
    const tool = action.kind === "tool" ? known.tools?.get(action.tool) : undefined;
    if (action.kind === "tool" && tool !== undefined && baton.data !== null) findings.push(...unfound(intents, [...path, "needs"], action.needs, baton.data.entities, tool));
    if (action.kind === "tool" && action.follow !== undefined) look(intents, [...path, "then", "workflow"], "workflow", action.follow.workflow, known.workflows, "workflows/");
    if (action.kind === "workflow") look(intents, [...path, "workflow"], "workflow", action.workflow, known.workflows, "workflows/");
    if (intentNames?.indexOf(name) !== place) findings.push(intents.at(["intents", place, "name"], `There are two intents named "${name}".`, "Give one of them another name."));
  }
  if (baton.data === null) return findings;
  const { contactPanel, fallbacks, autonomy, intents: used = [] } = baton.data;
  if (contactPanel !== undefined) look(baton, ["contactPanel", "tool"], "tool", contactPanel.tool, tools, "tools/");
  for (const [name, fallback] of Object.entries(fallbacks)) {
    look(baton, ["fallbacks", name], "tool", name, tools, "tools/");
    if ("tool" in fallback) look(baton, ["fallbacks", name, "tool"], "tool", fallback.tool, tools, "tools/");
  }
  for (const [place, name] of used.entries()) look(baton, ["intents", place], "intent", name, intentNames, "intents.yaml");
  for (const [place, rule] of autonomy.rules.entries()) for (const [at, name] of (rule.intents ?? []).entries()) look(baton, ["autonomy", "rules", place, "intents", at], "intent", name, intentNames, "intents.yaml");
  return findings;
}

/** Found in every message without a pattern of the workspace. */
const COMMON_ENTITIES = ["date", "amount"];
/** So long must an answer be to be taken as it stands. */
const WHOLE_ANSWER = 8;

/** What is needed and no pattern finds; a longer text, as an address, is asked for and taken from the answer as it stands. */
function unfound(intents: Settings["intents"], path: Path, needs: readonly string[], entities: Readonly<Record<string, unknown>>, tool: Tool): Finding[] {
  const isWholeAnswer = (need: string) => {
    const members = tool.input.jsonSchema["properties"];
    const member = isRecord(members) ? members[need] : undefined;
    return !need.endsWith("_number") && isRecord(member) && typeof member["minLength"] === "number" && member["minLength"] >= WHOLE_ANSWER;
  };
  const missing = [...needs.entries()].filter(([, need]) => !Object.hasOwn(entities, need) && !COMMON_ENTITIES.includes(need) && !isWholeAnswer(need));
  return missing.map(([place, need]): Finding => ({ ...intents.at([...path, place], `No entity "${need}" is declared, so it is not found in what customers write: they are asked for it, and ${need.endsWith("_number") ? "no answer is taken" : `only an answer of ${WHOLE_ANSWER} characters or more is taken, as it stands`}.${didYouMeanNear(need, Object.keys(entities))}`, `Declare entities.${need} in baton.yaml: a pattern, or a list of names. Where the whole answer is meant, as with an address, let the tool's input say so by minLength: ${WHOLE_ANSWER} or more.`), rule: "intent-need", severity: "warning" }));
}
