import { CASE_KEYS, ENDPOINT_ARGUMENTS, ENDPOINT_CALLS, FLOW_WORDS, INNER_KEYS, TASK_KEYS, TASK_KINDS, TOP_KEYS, type DocumentWord } from "./document-keys.ts";
import type { FunctionWords } from "./function-words.ts";

/** `kind` `key` gets a colon behind it, `task` is a whole task, `value` stands as it is. `from`: where it begins in the line. */
export type Completion = { kind: "key" | "value" | "task"; from: number; words: readonly DocumentWord[] };

type Holder = { key: string; indent: number; isItem: boolean };
const LIST_KEYS = new Set(["do", "try", "branches", "before", "after"]);
const LINE = /^(\s*)((?:- +)*)(?:(["']?)([\w./-]+)\3\s*:)?/;

/**
 * What may be written at the end of `before`, the document up to the cursor; `functions` is what `call` may name. Null when nothing fits. Pure.
 *
 * Works on lines and indentation, because a document that is being written cannot be parsed.
 */
export function completeDocument(before: string, whole: string, functions: readonly FunctionWords[]): Completion | null {
  const lines = before.split("\n");
  const line = lines.at(-1) ?? "";
  const value = /^(\s*(?:- +)*)([\w-]+):\s+(["']?)([\w./-]*)$/.exec(line);
  if (value !== null) return completeValue(value[2] ?? "", line.length - (value[4] ?? "").length, whole, functions);
  const key = /^(\s*)((?:- +)?)([\w-]*)$/.exec(line);
  if (key === null) return null;
  const isItem = key[2] !== "";
  const indent = (key[1] ?? "").length + (key[2] ?? "").length;
  const holders = holdersOf(lines.slice(0, -1), (key[1] ?? "").length, isItem);
  const from = line.length - (key[3] ?? "").length;
  const words = isItem ? [] : keysFor(holders, lines, indent, functions);
  if (isItem && LIST_KEYS.has(holders.at(-1)?.key ?? "")) return { kind: "task", from, words: [...functions.map(({ name, info }) => ({ label: name, info })), ...TASK_KINDS.filter(({ label }) => label !== "call")] };
  return words.length === 0 ? null : { kind: "key", from, words };
}

function completeValue(key: string, from: number, whole: string, functions: readonly FunctionWords[]): Completion | null {
  if (key === "call") return { kind: "value", from, words: [...functions.map(({ name, info }) => ({ label: name, info })), ...ENDPOINT_CALLS] };
  if (key === "then") return { kind: "value", from, words: [...FLOW_WORDS, ...taskNames(whole).map((label) => ({ label, info: "A task of this document." }))] };
  if (key === "language") return { kind: "value", from, words: [{ label: "cel", info: "Typed, checked before it runs." }, { label: "jq", info: "The standard's own." }] };
  if (key === "read") return { kind: "value", from, words: ["data", "envelope", "raw"].map((label) => ({ label, info: "What of the event is taken." })) };
  return null;
}

/** The keys that hold a line, from the outside in. */
function holdersOf(lines: readonly string[], indent: number, isItem: boolean): Holder[] {
  const found: Holder[] = [];
  let limit = isItem ? indent + 1 : indent;
  for (let place = lines.length - 1; place >= 0 && limit > 0; place -= 1) {
    const match = LINE.exec(lines[place] ?? "");
    const key = match?.[4];
    if (match === null || key === undefined || (lines[place] ?? "").trim().startsWith("#")) continue;
    const dash = match[2] ?? "";
    const at = (match[1] ?? "").length + dash.length;
    if (at >= limit) continue;
    found.unshift({ key, indent: at, isItem: dash !== "" });
    // The list that an item stands in may be indented as far as its dash.
    limit = dash === "" ? at : (match[1] ?? "").length + 1;
  }
  return found;
}

function keysFor(holders: readonly Holder[], lines: readonly string[], indent: number, functions: readonly FunctionWords[]): readonly DocumentWord[] {
  const last = holders.at(-1);
  const outer = holders.at(-2);
  if (last === undefined) return unwritten(TOP_KEYS, lines, indent, 0);
  if (last.isItem && LIST_KEYS.has(outer?.key ?? "")) return unwritten([...TASK_KINDS, ...TASK_KEYS], lines, indent, last.indent);
  if (last.isItem && outer?.key === "switch") return CASE_KEYS;
  if (last.key === "with") return argumentsFor(lines, last.indent, functions);
  return unwritten(INNER_KEYS[last.key] ?? [], lines, indent, last.indent);
}

/** What the function takes that the lines above name by `call`. */
function argumentsFor(lines: readonly string[], indent: number, functions: readonly FunctionWords[]): readonly DocumentWord[] {
  for (let place = lines.length - 2; place >= 0; place -= 1) {
    const match = /^(\s*)call:\s*([\w-]+)/.exec(lines[place] ?? "");
    if (match === null || (match[1] ?? "").length !== indent) continue;
    const name = match[2] ?? "";
    return functions.find((each) => each.name === name)?.takes.map(({ label, info, isNeeded }) => ({ label, info: isNeeded ? `${info} Needed.` : info })) ?? ENDPOINT_ARGUMENTS[name] ?? [];
  }
  return [];
}

/** Without the keys that stand above at the same place already. */
function unwritten(words: readonly DocumentWord[], lines: readonly string[], indent: number, holderIndent: number): readonly DocumentWord[] {
  const written = new Set<string>();
  for (let place = lines.length - 2; place >= 0; place -= 1) {
    const match = LINE.exec(lines[place] ?? "");
    if (match?.[4] === undefined) continue;
    const at = (match[1] ?? "").length + (match[2] ?? "").length;
    if (at <= holderIndent && indent > 0) break;
    if (at === indent) written.add(match[4]);
  }
  return words.filter(({ label }) => !written.has(label));
}

/** Names of all tasks: the keys of list items. */
export function taskNames(text: string): string[] {
  return [...new Set([...text.matchAll(/^\s*- +([\w-]+):\s*(?:$|#)/gm)].map((match) => match[1] ?? ""))].filter((name) => name !== "");
}

/** A whole task to fill in; `#{…}` are its gaps. */
export function taskTemplate(word: string, functions: readonly FunctionWords[]): string {
  const called = functions.find((each) => each.name === word);
  if (called !== undefined) {
    const taken = called.takes.filter((each) => each.isNeeded).map((each) => `\n\t\t${each.label}: #{${each.label}}`).join("");
    return `#{name}:\n\tcall: ${word}\n\twith:${taken}`;
  }
  return `#{name}:\n\t${TEMPLATES[word] ?? `${word}: #{}`}`;
}

const TEMPLATES: Readonly<Record<string, string>> = {
  set: "set: { #{name}: #{value} }",
  switch: "switch:\n\t\t- #{case}: { when: '${ #{condition} }', then: #{task} }\n\t\t- otherwise: { then: continue }",
  for: "for: { each: #{item}, in: '${ #{list} }' }\n\tdo:\n\t\t- #{task}:\n\t\t\t\t#{call}: #{function}",
  fork: "fork:\n\t\tbranches:\n\t\t\t- #{first}:\n\t\t\t\t\t#{call}: #{function}",
  try: "try:\n\t\t- #{task}:\n\t\t\t\tcall: #{function}\n\tcatch:\n\t\tretry: { delay: { seconds: 1 }, limit: { attempt: { count: 3 } } }",
  wait: "wait: { #{days}: #{1} }",
  listen: "listen:\n\t\tto: { one: { with: { type: #{type} } } }",
  emit: "emit:\n\t\tevent: { with: { type: #{type}, source: #{source} } }",
  raise: "raise:\n\t\terror: { type: '#{type}', status: 500, title: #{title} }",
  run: "run:\n\t\tworkflow: { namespace: #{namespace}, name: #{name}, version: '#{1.0.0}' }",
  do: "do:\n\t\t- #{task}:\n\t\t\t\t#{call}: #{function}",
};
