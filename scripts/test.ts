import { spawn } from "node:child_process";
import { globSync } from "node:fs";
import { join } from "node:path";
import { startTestServers } from "../test/servers.ts";

/**
 * Starts the servers once, runs the test files, and ends with one line that counts them.
 * `--browser` runs the browser tests instead, `--systems` those against other companies' servers and test kits (`*.systems.test.ts`);
 * other arguments choose files.
 */
const args = process.argv.slice(2);
const suite = args.includes("--browser") ? "browser" : args.includes("--systems") ? "systems" : "plain";
const chosen = args.filter((argument) => !argument.startsWith("--"));
const all = ["src/**/*.test.ts", "test/**/*.test.ts", "examples/**/*.test.ts", "console/src/**/*.test.ts", "bench/**/*.test.ts", "scripts/**/*.test.ts"].flatMap((pattern) => globSync(pattern)).sort();
const files = chosen.length > 0 ? chosen : all.filter((file) => (/\.(browser|systems)\.test\.ts$/.exec(file)?.[1] ?? "plain") === suite);

await using servers = await startTestServers();
const reporters = ["--test-reporter=dot", "--test-reporter-destination=stdout", "--test-reporter=tap", "--test-reporter-destination=stderr"];
// Every file is a process of its own: what one has compiled is kept for the others.
const compiled = join(import.meta.dirname, "..", "node_modules", ".cache", "compiled-tests");
const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", "--test", `--test-concurrency=${suite === "browser" ? 2 : 3}`, "--test-timeout=120000", ...reporters, ...files], {
  env: { NODE_COMPILE_CACHE: compiled, ...process.env, ...servers.env, RESTATE_LOGGING: "ERROR" }, stdio: ["ignore", "inherit", "pipe"],
});
const counts = { passed: 0, failed: 0, skipped: 0 };
let failing: string[] | null = null;
let rest = "";
child.stderr.setEncoding("utf8");
child.stderr.on("data", (text: string) => {
  const lines = (rest + text).split("\n");
  rest = lines.pop() ?? "";
  for (const line of lines) readLine(line);
});

/** The TAP lines of single tests, for the count; those of failed and skipped ones are shown. */
function readLine(line: string): void {
  const total = /^# (pass|fail|skipped|cancelled) (\d+)$/.exec(line);
  if (total) {
    const [, kind, count] = total;
    if (kind === "pass") counts.passed += Number(count);
    else if (kind === "skipped") counts.skipped += Number(count);
    else counts.failed += Number(count);
    return;
  }
  if (/^\s*ok .* # SKIP/.test(line)) process.stdout.write(`\nskipped: ${line.replace(/^\s*ok \d+ - /, "")}\n`);
  if (/^\s*not ok /.test(line)) failing = [];
  if (failing !== null && failing.length < 60) {
    failing.push(line);
    process.stdout.write(`${failing.length === 1 ? "\n" : ""}${line}\n`);
  }
  if (/^\s*\.\.\.$/.test(line)) failing = null;
}

const code = await new Promise<number>((resolve) => child.once("exit", (exit) => resolve(exit ?? 1)));
process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ""}\n`);
process.exitCode = code === 0 && counts.failed === 0 && counts.passed > 0 ? 0 : 1;
