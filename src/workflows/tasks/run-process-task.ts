import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isRecord } from "../../lib/is-record.ts";
import { ownValue } from "../../lib/own-value.ts";
import { fault } from "../run/faults.ts";
import type { Interpretation, TaskCall, TaskOutcome } from "../run/interpretation.ts";
import { LIMITS } from "../run/limits.ts";
import { refuseProcess, type ProcessRule } from "../run/refusals.ts";
import { beginEffect } from "./begin-effect.ts";

type Ended = { code: number; stdout: string; stderr: string };

/** File ending and program of the script languages that are carried out. */
const LANGUAGES: Readonly<Record<string, { ending: string; program: string }>> = { javascript: { ending: "mjs", program: process.execPath }, js: { ending: "mjs", program: process.execPath }, python: { ending: "py", program: "python3" } };

/**
 * A program as a task. Refused unless the operator allows it for this installation; containers are never run. A program is
 * not idempotent by itself: after a crash in the middle of it, it is run again.
 */
export async function performProcess(run: Interpretation, call: TaskCall<"run">, rule: ProcessRule): Promise<TaskOutcome> {
  const refused = refuseProcess(rule, run.deps.permissions, run.input.tenantId);
  if (refused !== null) throw refused;
  const given = run.expressions.evaluate(rule.with, call.expressionScope());
  const plan = isRecord(given) ? given : {};
  beginEffect(run);
  const ended = await call.scope.durable.step(rule.kind, (signal) => carryOut(rule.kind === "shell" ? "shell" : "script", plan, signal));
  if (ended.code !== 0 && rule.return !== "code" && rule.return !== "all") throw fault("runtime", { title: "Process failed", detail: `The ${rule.kind} ended with code ${ended.code}: ${ended.stderr.slice(-500)}` });
  return { output: toOutput(rule.return, ended, call.input) };
}

function toOutput(kind: ProcessRule["return"], ended: Ended, input: unknown): unknown {
  if (kind === "none") return input;
  if (kind === "all") return { code: ended.code, stdout: ended.stdout, stderr: ended.stderr };
  return ended[kind];
}

async function carryOut(kind: "shell" | "script", plan: Record<string, unknown>, signal: AbortSignal): Promise<Ended> {
  const folder = await mkdtemp(join(tmpdir(), "baton-task-"));
  try {
    const { program, first } = kind === "shell" ? { program: "/bin/sh", first: ["-c", textOf(plan["command"]), "sh"] } : await prepareScript(plan, folder);
    return await runProgram(program, [...first, ...argumentsOf(plan["arguments"])], { folder, environment: environmentOf(plan["environment"]), stdin: plan["stdin"], signal });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function prepareScript(plan: Record<string, unknown>, folder: string): Promise<{ program: string; first: string[] }> {
  const language = ownValue(LANGUAGES, textOf(plan["language"]).toLowerCase());
  if (language === undefined) throw fault("configuration", { detail: `Scripts in "${textOf(plan["language"])}" are not run; there are ${Object.keys(LANGUAGES).join(", ")}.` });
  if (typeof plan["code"] !== "string") throw fault("configuration", { detail: "A script is run from its `code` only." });
  const file = join(folder, `script.${language.ending}`);
  await writeFile(file, plan["code"], { mode: 0o600 });
  return { program: language.program, first: [file] };
}

/** None of our own environment but where programs are found: it holds secrets. */
function runProgram(program: string, args: readonly string[], so: { folder: string; environment: Record<string, string>; stdin: unknown; signal: AbortSignal }): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: so.folder, env: { PATH: process.env["PATH"] ?? "", HOME: so.folder, ...so.environment }, stdio: ["pipe", "pipe", "pipe"], signal: so.signal, killSignal: "SIGKILL" });
    const text = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream].setEncoding("utf8");
      child[stream].on("data", (part: string) => {
        text[stream] += part;
        if (text[stream].length > LIMITS.dataChars) child.kill("SIGKILL");
      });
    }
    child.on("error", (error) => reject(fault("runtime", { title: "Process failed", detail: error.message, cause: error })));
    child.on("close", (code, signal) => resolve({ code: code ?? (signal === null ? 1 : 128), stdout: text.stdout.trimEnd(), stderr: text.stderr.trimEnd() }));
    // A program that does not read its input closes it; that is no error.
    child.stdin.on("error", () => {});
    child.stdin.end(so.stdin === undefined || so.stdin === null ? "" : textOf(so.stdin));
  });
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? "");
}

function argumentsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(textOf);
  return isRecord(value) ? Object.entries(value).flatMap(([name, each]) => [name, textOf(each)]) : [];
}

function environmentOf(value: unknown): Record<string, string> {
  return isRecord(value) ? Object.fromEntries(Object.entries(value).map(([name, each]) => [name, textOf(each)])) : {};
}
