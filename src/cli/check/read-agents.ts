import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseAgentProfile } from "../../agents/agent-profile.ts";
import { AppError } from "../../lib/app-error.ts";
import { didYouMean } from "../../lib/did-you-mean.ts";
import type { Finding } from "../../workflows/verify/finding.ts";
import { noFile } from "../tool-files.ts";
import { placeIn, toFinding } from "./findings.ts";

/** Every `agents/*.md`, each looked at by itself; `tools` null: they could not be read, so names are not looked up. */
export async function readAgents(root: string, tools: readonly string[] | null): Promise<{ count: number; findings: Finding[] }> {
  const names = ((await readdir(join(root, "agents")).catch(noFile)) ?? []).filter((name) => name.endsWith(".md")).sort();
  const findings = await Promise.all(names.map(async (name) => checkAgent(`agents/${name}`, await readFile(join(root, "agents", name), "utf8"), tools)));
  return { count: names.length, findings: findings.flat() };
}

function checkAgent(file: string, text: string, tools: readonly string[] | null): Finding[] {
  try {
    const unknown = tools === null ? [] : parseAgentProfile(file, text).tools.filter((name) => !tools.includes(name));
    return unknown.map((name) => toFinding({ rule: "unknown-reference", file, ...placeIn(text, new RegExp(`\\b${name}\\b`)), message: `There is no tool "${name}".${didYouMean(name, tools ?? [])}`, advice: "Name a tool that is in tools/, or take it out of the agent's list." }));
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "agents.invalid_profile") throw error;
    const { path } = error.details;
    const member = typeof path === "string" ? (path.split(".")[0] ?? "") : "";
    return [toFinding({ rule: "agent", file, ...faultPlace(text, error.message, member), message: error.message.slice(file.length + 2), advice: "Between two lines of --- stand the agent's settings, and after them its instructions." })];
  }
}

/** The parser counts from the line after the first `---`. */
function faultPlace(text: string, message: string, member: string): { line: number; column: number } {
  const said = /at line (\d+), column (\d+)/.exec(message);
  if (said !== null) return { line: Number(said[1]) + 1, column: Number(said[2]) };
  return /^\w+$/.test(member) ? placeIn(text, new RegExp(`^${member}(?=\\s*:)`, "m")) : { line: 1, column: 1 };
}
