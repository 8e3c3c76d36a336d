import { readFile, readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { parse } from "yaml";
import { z } from "zod";
import { readConfig } from "../app/config.ts";
import { FUNCTION_DECLARATIONS } from "../app/workflow-functions/declarations.ts";
import { createLog } from "../lib/log.ts";
import { sha256 } from "../lib/sha256.ts";
import type { WorkflowSource } from "../workflows/document/definition.ts";
import { readWorkflow } from "../workflows/document/read-workflow.ts";
import { createLanguages } from "../workflows/expressions/languages.ts";
import { hasPassed, summary, testLine, toJsonReport } from "../workflows/testing/report-tests.ts";
import type { TestWorld } from "../workflows/testing/run-test.ts";
import { readTestFile, type WorkflowTest } from "../workflows/testing/test-file.ts";
import { testWorkspace } from "../workflows/testing/test-workspace.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { toStdout } from "./to-stdout.ts";
import { openWorkspace } from "../app/open-workspace.ts";

const FORMATS = ["text", "json"] as const;
const DEFAULT_THRESHOLD = 100;

export type TestOptions = { format: (typeof FORMATS)[number]; /** Percent of branches; null: what baton.yaml says. */ threshold: number | null; /** Part of a workflow's or a test's name. */ only: string | null; write(text: string): void };

/** `test [folder] [--threshold 90] [--only NAME] [--format text|json]`: exit code 1 when a test fails or too little is covered. */
export async function test(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], options: { format: { type: "string", default: "text" }, threshold: { type: "string" }, only: { type: "string" } }, allowPositionals: true });
  const format = FORMATS.find((each) => each === values.format);
  const threshold = values.threshold === undefined ? null : Number(values.threshold);
  if (format === undefined || (threshold !== null && !(threshold >= 0 && threshold <= 100))) {
    process.stderr.write(format === undefined ? `There is no format "${values.format}"; use ${FORMATS.join(", ")}.\n` : "The threshold is a number from 0 to 100.\n");
    return 2;
  }
  return testCommand(positionals[0] ?? readConfig(process.env).workspace, { format, threshold, only: values.only ?? null, write: toStdout });
}

/**
 * Carries out the tests of a workspace's `tests/` on its `workflows/`, without any server, and says what they covered.
 * Returns the exit code. Throws `workspace.invalid`, `workflows.document_invalid`, `workflows.test_invalid`.
 */
export async function testCommand(folder: string, options: TestOptions): Promise<number> {
  await using workspace = await openWorkspace(folder);
  const world = makeTestWorld(workspace);
  const { tests, isPart } = choose(await readTests(folder), options.only);
  if (tests.length === 0) {
    options.write(`There are no tests${isPart ? " of this name" : ""} in ${join(folder, "tests")}.\n`);
    return isPart || world.workflows.size > 0 ? 1 : 0;
  }
  const whole = await testWorkspace(world, tests, (each) => (options.format === "text" ? options.write(testLine(each)) : undefined));
  // A part of the tests says nothing of the branches that the others take, nor of other workflows.
  const outcome = isPart ? { ...whole, coverage: whole.coverage.filter(({ name }) => tests.some((each) => each.workflow === name)) } : whole;
  const threshold = isPart ? 0 : (options.threshold ?? (await thresholdOf(folder)));
  const passed = hasPassed(outcome, threshold);
  options.write(options.format === "json" ? toJsonReport(outcome, threshold, passed) : summary(outcome, threshold));
  return passed ? 0 : 1;
}

/** A workspace's documents and tools, with the functions that every installation has. */
function makeTestWorld(workspace: Workspace): TestWorld {
  const workflows = new Map<string, WorkflowSource>();
  for (const { file, text } of workspace.workflows) workflows.set(sha256(text), readWorkflow(text, relative(process.cwd(), join(workspace.folder, file))));
  return { workflows, tools: workspace.tools, functions: FUNCTION_DECLARATIONS, languages: createLanguages(), folder: workspace.folder, log: createLog({ level: "error", isPretty: true, write: () => {} }) };
}

async function readTests(folder: string): Promise<readonly WorkflowTest[]> {
  const root = join(folder, "tests");
  const names = await readdir(root, { recursive: true }).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  });
  const files = names.filter((name) => /\.ya?ml$/.test(name)).sort().map((name) => join(root, name));
  const read = await Promise.all(files.map(async (path) => readTestFile(await readFile(path, "utf8"), relative(process.cwd(), path))));
  return read.flatMap((tests) => tests ?? []);
}

function choose(tests: readonly WorkflowTest[], only: string | null): { tests: readonly WorkflowTest[]; isPart: boolean } {
  return only === null ? { tests, isPart: false } : { tests: tests.filter(({ workflow, name }) => workflow.includes(only) || name.includes(only)), isPart: true };
}

const settings = z.object({ tests: z.object({ coverage: z.number().min(0).max(100).default(DEFAULT_THRESHOLD) }).default({ coverage: DEFAULT_THRESHOLD }) });

async function thresholdOf(folder: string): Promise<number> {
  const read = settings.safeParse(parse(await readFile(join(folder, "baton.yaml"), "utf8")));
  return read.success ? read.data.tests.coverage : DEFAULT_THRESHOLD;
}
