import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What became of a scenario. `skipped`: what it asks for is not offered, for the reason; `isOk` is false when it passes all the same, or fails without being on the list. */
export type McpScenario = { side: "server" | "client"; name: string; passed: number; failed: number; skipped: string | null; isOk: boolean };

const SUITE = "node_modules/@modelcontextprotocol/conformance/dist/index.js";
const CLIENT = join(import.meta.dirname, "..", "mcp", "conformance-client.ts");
const TIMEOUT_MS = 60_000;

const MEDIA = "tools answer with data and a sentence, not with pictures, sounds or files";
const PROMPTS = "no prompts are offered";
const ASKS_BACK = "the server asks its client for nothing: who has to approve a call is asked by Baton";
const NO_STREAM = "each answer is JSON: there is no stream to resume";
const FIXED = "the suite reads addresses of its own (test://…); articles have theirs, which test/mcp.test.ts reads";
const NO_WATCH = "resources are read, not watched";

/** Scenarios that measure time. The suite starts all its clients at once, which is too much for two cores, so these are run once, alone, and count only so. */
const TIMED: readonly string[] = ["sse-retry"];

/** Scenarios of what Baton does not offer, with the reason. */
const SKIPPED: Readonly<Record<McpScenario["side"], Readonly<Record<string, string>>>> = {
  server: {
    "logging-set-level": "no log is sent to callers", "tools-call-with-logging": "no log is sent to callers", "completion-complete": "there is nothing to complete: no prompts, and articles are listed",
    "tools-call-image": MEDIA, "tools-call-audio": MEDIA, "tools-call-embedded-resource": MEDIA, "tools-call-mixed-content": MEDIA,
    "tools-call-with-progress": "calls are short and tell no progress", "tools-call-sampling": ASKS_BACK, "tools-call-elicitation": ASKS_BACK, "elicitation-sep1034-defaults": ASKS_BACK, "elicitation-sep1330-enums": ASKS_BACK,
    "server-sse-polling": NO_STREAM, "server-sse-multiple-streams": NO_STREAM,
    "resources-read-text": FIXED, "resources-read-binary": FIXED, "resources-templates-read": FIXED, "resources-subscribe": NO_WATCH, "resources-unsubscribe": NO_WATCH,
    "prompts-list": PROMPTS, "prompts-get-simple": PROMPTS, "prompts-get-with-args": PROMPTS, "prompts-get-embedded-resource": PROMPTS, "prompts-get-with-image": PROMPTS,
  },
  client: {
    "elicitation-sep1034-client-defaults": "no server may ask a customer through Baton's tools",
    "auth/cross-app-access-complete-flow": "sign-in by a company's identity provider (an extension) is not offered",
  },
};

/** Every scenario for servers against the one at `url`. */
export async function runServerScenarios(url: string): Promise<McpScenario[]> {
  return readScenarios("server", await runSuite(["server", "--url", url, "--suite", "all"]));
}

/** Every scenario for clients, or only some, against Baton's client. */
export async function runClientScenarios(only: readonly string[] | null = null): Promise<McpScenario[]> {
  const command = ["client", "--timeout", String(TIMEOUT_MS), "--command", `${process.execPath} ${CLIENT}`];
  const found = only === null ? readScenarios("client", await runSuite([...command, "--suite", "all"])).filter(({ name }) => !TIMED.includes(name)) : [];
  for (const name of only ?? TIMED) found.push(toScenario("client", name, await runSuite([...command, "--scenario", name])));
  return found;
}

/** All that the suite says. */
async function runSuite(args: readonly string[]): Promise<{ code: number; text: string }> {
  const folder = await mkdtemp(join(tmpdir(), "baton-mcp-suite-"));
  try {
    const child = spawn(process.execPath, [SUITE, ...args, "-o", folder], { stdio: ["ignore", "pipe", "pipe"] });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (part: string) => void (text += part));
    const code = await new Promise<number>((resolve) => child.once("close", (exit) => resolve(exit ?? 1)));
    return { code, text };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function readScenarios(side: McpScenario["side"], { text }: { text: string }): McpScenario[] {
  return [...text.matchAll(/^[✓✗] (\S+): (\d+) passed, (\d+) failed/gmu)].map(([line, name = "", passed, failed]) => judge({ side, name, passed: Number(passed), failed: Math.max(Number(failed), line.startsWith("✗") ? 1 : 0) }));
}

function toScenario(side: McpScenario["side"], name: string, { code, text }: { code: number; text: string }): McpScenario {
  const [, passed = "0", failed = "0"] = /Passed: (\d+)\/\d+, (\d+) failed/.exec(text) ?? [];
  return judge({ side, name, passed: Number(passed), failed: code === 0 ? Number(failed) : Math.max(1, Number(failed)) });
}

function judge({ side, name, passed, failed }: Pick<McpScenario, "side" | "name" | "passed" | "failed">): McpScenario {
  const skipped = SKIPPED[side][name] ?? null;
  const hasPassed = passed > 0 && failed === 0;
  return { side, name, passed, failed, skipped, isOk: hasPassed === (skipped === null) };
}
