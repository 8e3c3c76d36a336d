import { spawn } from "node:child_process";
import { join } from "node:path";
import { startTestServers } from "../test/servers.ts";
import { canShareProcess, testFilesOf } from "./test-files.ts";

/**
 * Starts the servers once, runs the test files, and ends with one line that counts them.
 * `--browser` runs the browser tests instead, `--systems` those against other companies' servers and test kits (`*.systems.test.ts`);
 * other arguments choose files.
 */
const args = process.argv.slice(2);
const suite = args.includes("--browser") ? "browser" : args.includes("--systems") ? "systems" : "plain";
const chosen = args.filter((argument) => !argument.startsWith("--"));
const { shared, own } = chosen.length > 0 ? { shared: [], own: chosen } : canShareProcess(testFilesOf(suite));

await using servers = await startTestServers();
const counts = { passed: 0, failed: 0, skipped: 0 };
// Neighbours cost alike, so every second file makes two lanes of about the same length.
const lanes = [0, 1].map((lane) => shared.filter((_, place) => place % 2 === lane)).filter((lane) => lane.length > 0);
const concurrency = lanes.length > 0 ? 1 : 2;
const codes = await Promise.all([
  ...lanes.map((lane) => runFiles(["--test-isolation=none", ...lane])),
  ...(own.length > 0 ? [runFiles([`--test-concurrency=${concurrency}`, ...own])] : []),
]);
process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ""}\n`);
process.exitCode = codes.every((code) => code === 0) && counts.failed === 0 && counts.passed > 0 ? 0 : 1;

/** One run of Node's tests; its exit code. What single files have compiled is kept for the others. */
function runFiles(given: readonly string[]): Promise<number> {
  const reporters = ["--test-reporter=dot", "--test-reporter-destination=stdout", "--test-reporter=tap", "--test-reporter-destination=stderr"];
  const compiled = join(import.meta.dirname, "..", "node_modules", ".cache", "compiled-tests");
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", "--test", "--test-timeout=120000", ...reporters, ...given], {
    env: { NODE_COMPILE_CACHE: compiled, ...process.env, ...servers.env, RESTATE_LOGGING: "ERROR" }, stdio: ["ignore", "inherit", "pipe"],
  });
  const read = tapReader();
  let rest = "";
  child.stderr.setEncoding("utf8");
  child.stderr.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) read(line);
  });
  return new Promise((resolve) => child.once("close", (code) => resolve(code ?? 1)));
}

/** Reads the TAP lines of single tests, for the count; those of failed and skipped ones are shown. */
function tapReader(): (line: string) => void {
  let failing: string[] | null = null;
  return (line) => {
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
  };
}
