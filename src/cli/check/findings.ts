import type { Finding } from "../../workflows/verify/finding.ts";

/** What each rule beside those of workflows stands for. */
export const WORKSPACE_RULES: Readonly<Record<string, string>> = {
  settings: "baton.yaml can be used as it is", intents: "intents.yaml can be used as it is", models: "models.yaml can be used as it is", tool: "Tools are whole, and their schemas fit their calls", "tool-rights": "Tools can be called, and reach one contact's records alone", "intent-need": "What an intent needs can be found in a message", agent: "Agents' files can be used as they are", article: "Articles can be read", source: "knowledge/sources.yaml can be used as it is",
  "policy-syntax": "Policies are Cedar", "policy-schema": "Policies fit their schema", "policy-unknown-name": "What policies name exists", "policy-unused": "Every policy can apply", "policy-contradictory": "No permit is always overridden",
};

export type Fault = { rule: string; severity?: Finding["severity"]; file: string; line?: number; column?: number; pointer?: string; message: string; advice: string };

/** A fault as all findings are; `pointer` where the file is data. */
export function toFinding({ rule, severity = "error", file, line = 1, column = 1, pointer = "", message, advice }: Fault): Finding {
  return { rule, severity, place: { file, line, column }, pointer, message, advice };
}

/** `tools/orders.yaml:12:5: What is wrong. What to do.` as a finding: the last sentence is the advice. */
export function faultLine(rule: string, file: string, line: string): Finding {
  const [, named = file, row = "1", column = "1", words = line] = /^(.+?):(\d+):(\d+): ([^]*)$/.exec(line) ?? [];
  const [, message = words, advice = ""] = /^([^]*[.!?]"?) (?=["`A-Z])([^]+)$/.exec(words) ?? [];
  return toFinding({ rule, file: named, line: Number(row), column: Number(column), message, advice: advice === "" ? "Correct it at this place." : advice });
}

/** The first place in a text that fits, counted from 1. */
export function placeIn(text: string, pattern: RegExp): { line: number; column: number } {
  const found = pattern.exec(text);
  if (found === null) return { line: 1, column: 1 };
  const before = text.slice(0, found.index).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
