import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { makeDatabase } from "../../test/start-test-app.ts";
import { ensureTenant } from "../identity/identity.store.ts";
import { AppError, messageOf } from "../lib/app-error.ts";
import { systemClock } from "../lib/clock.ts";
import { isRecord } from "../lib/is-record.ts";
import { createLog } from "../lib/log.ts";
import { createProcessTokens } from "../credentials/shared-tokens.ts";
import { createAuthentication } from "../outbound/authentication.ts";
import { createTargetRule } from "../outbound/guard-address.ts";
import { createOutbound } from "../outbound/outbound.ts";
import { openDatabase, type Database } from "../storage/database.ts";
import { migrate } from "../storage/migrate.ts";
import { callTool } from "./call-tool.ts";
import type { OpenedTools, ToolSource, ToolSourceDeps } from "./declared/tool-source.ts";
import { offeredSchema, resolveArguments } from "./resolve-arguments.ts";
import { createToolRunner } from "./run-call.ts";
import { isIdempotent, type Tool, type ToolContext } from "./tool.ts";
import type { ToolCallRecord } from "./tool-call.store.ts";

export type ContractCall = { tool: string; arguments: Record<string, unknown> };

/** Promises that are nothing to a source, each with the reason why. */
export type Without = Partial<Record<"bound" | "slow" | "large" | "odd" | "effect" | "unrepeatable" | "away", string>>;

/** What stands behind a source, started by its test, and a declaration of tools on it; null where `Without` says why. All calls are Ada's (`ada@example.com`). */
export type ContractSystem = AsyncDisposable & {
  declaration: unknown;
  /** The workspace's folder. */
  folder?: string;
  deps?: Partial<ToolSourceDeps>;
  /** By the names that the declaration uses. */
  secrets: Readonly<Record<string, string>>;
  /** Texts that no error, log line or record may hold, beside the secrets whole: passwords, tokens. */
  hidden: readonly string[];
  found: ContractCall & { output: unknown };
  missing: ContractCall;
  /** The argument that the server sets from the contact's mail, and a call whose record belongs to somebody else. */
  bound: { argument: string; others: ContractCall } | null;
  /** Waits for at least five seconds; its tool's `timeoutMs` is at most 500. */
  slow: ContractCall | null;
  /** More than its tool's `maxOutputBytes`. */
  large: ContractCall | null;
  /** Answers in another shape than declared. */
  odd: ContractCall | null;
  /** Has an effect, once per key; `count`: how many effects there have been, all told. */
  effect: (ContractCall & { count(): Promise<number> }) | null;
  /** Has an effect, and nothing keeps a second one from happening. */
  unrepeatable: ContractCall | null;
  /** The system goes away, until the end of the test. */
  leave: (() => Promise<void>) | null;
};

const tenantId = "acme";
const contact = { contactId: "cont_1", email: "ada@example.com", externalId: null, isVerified: true };

/** What every kind of declaration promises, on the real system behind it; `whyNot` skips all of it by name. */
export function toolSourceContract(name: string, source: ToolSource, start: () => Promise<ContractSystem>, { without = {}, whyNot = null }: { without?: Without; whyNot?: string | null } = {}): void {
  const house = openHouse(whyNot === null);
  const promise = (needs: keyof Without | null, fact: string, check: (world: World) => Promise<void>) => {
    if (needs !== null && without[needs] !== undefined) return;
    test(`${name}: ${fact}`, whyNot === null ? {} : { skip: whyNot }, async () => {
      await using world = await openWorld(house(), source, start);
      await check(world);
      world.assertNothingTold();
    });
  };

  promise(null, "an answer has the declared shape, and what is not there is not found", async ({ system, call }) => {
    const found = await call(system.found);
    assert.deepEqual([found.status, found.reason], ["ok", null]);
    assert.deepEqual(found.output, system.found.output);
    assert.equal((await call(system.missing)).status, "not_found");
  });

  promise("bound", "a bound argument can neither be seen nor set, and reaches own records only", async ({ system, call, toolOf }) => {
    const { argument, others } = given(system.bound);
    const { properties } = offeredSchema(toolOf(others.tool));
    assert.ok(!isRecord(properties) || !Object.hasOwn(properties, argument));
    const forged = await call({ ...others, arguments: { ...others.arguments, [argument]: "eve@example.com" } });
    assert.deepEqual([forged.status, forged.output], ["failed", null]);
    assert.equal((await call(others)).status, "not_found");
  });

  promise("slow", "a call that takes too long is given up in its time, and hears that it is", async ({ system, call, run, toolOf }) => {
    const slow = given(system.slow);
    const startedMs = performance.now();
    const late = await call(slow, { attempts: 1 });
    assert.equal(late.status, "failed");
    assert.ok(performance.now() - startedMs < toolOf(slow.tool).timeoutMs + 3_000);
    const controller = new AbortController();
    const begunMs = performance.now();
    setTimeout(() => controller.abort(), 100);
    await assert.rejects(run(slow, "call_slow", controller.signal), isAway);
    assert.ok(performance.now() - begunMs < 3_000, "the tool itself ends soon after its signal");
  });

  promise("large", "an answer that is too large is not used", async ({ system, call }) => {
    const large = await call(given(system.large));
    assert.deepEqual([large.status, large.output, /too large/.test(large.reason ?? "")], ["failed", null, true], large.reason ?? "");
  });

  promise("odd", "an answer of another shape is not used", async ({ system, call }) => {
    const odd = await call(given(system.odd));
    assert.deepEqual([odd.status, odd.output, /shape/.test(odd.reason ?? "")], ["failed", null, true], odd.reason ?? "");
  });

  promise("effect", "one key has one effect, and the second call the answer of the first", async ({ system, run }) => {
    const effect = given(system.effect);
    const before = await effect.count();
    const first = await run(effect, "call_key_1");
    assert.deepEqual([first.kind, (await effect.count()) - before], ["ok", 1]);
    assert.deepEqual(await run(effect, "call_key_1"), first);
    assert.equal((await effect.count()) - before, 1);
    await run(effect, "call_key_2");
    assert.equal((await effect.count()) - before, 2);
  });

  promise("away", "a system that is away is said to be, and asked again where that has no second effect", async ({ system, call, run, toolOf, retries }) => {
    await given(system.leave)();
    await assert.rejects(run(system.found, "call_away"), isAway);
    const away = await call(system.found);
    assert.deepEqual([away.status, retries()], ["failed", toolOf(system.found.tool).retry.attempts - 1]);
  });

  promise("unrepeatable", "a call that nothing keeps from a second effect is made once", async ({ system, call, toolOf, retries }) => {
    const once = given(system.unrepeatable);
    assert.ok(!isIdempotent(toolOf(once.tool)));
    await given(system.leave)();
    assert.deepEqual([(await call(once)).status, retries()], ["failed", 0]);
  });
}

function given<T>(role: T | null): T {
  return role ?? assert.fail("say by `without` why this source has no such thing");
}

function isAway(error: unknown): boolean {
  return error instanceof AppError && error.code === "tools.system_away";
}

/** The way to other systems, as compose makes it; `allowed`: private addresses that may be called. */
export function openWayOut(allowed: readonly string[]): Pick<ToolSourceDeps, "outbound" | "authentication" | "mcp"> {
  const outbound = createOutbound({ isAllowed: createTargetRule(allowed) });
  const shared = createProcessTokens({ clock: systemClock });
  const store = { read: () => Promise.resolve(null), write: () => Promise.resolve() };
  return { outbound, authentication: createAuthentication({ outbound, shared, clock: systemClock }), mcp: { signIns: { outbound, shared, store, clock: systemClock }, mayStart: () => false } };
}

type World = AsyncDisposable & {
  system: ContractSystem;
  toolOf(name: string): Tool;
  /** Through `callTool`, as Ada. */
  call(given: ContractCall, options?: { attempts?: number }): Promise<ToolCallRecord>;
  /** The tool alone, under a key. */
  run(given: ContractCall, key: string, signal?: AbortSignal): ReturnType<Tool["run"]>;
  /** How many attempts were repeated so far. */
  retries(): number;
  /** Nothing that is hidden stands in any error, log line or record so far. */
  assertNothingTold(): void;
};

/** Baton's own database, one for all promises. */
export function openHouse(isNeeded: boolean): () => Database {
  let database: Database | null = null;
  before(async () => {
    if (!isNeeded) return;
    const { owner } = await makeDatabase();
    await migrate(owner);
    database = openDatabase({ connectionString: owner, maxConnections: 3, log: createLog({ level: "error", isPretty: true }) });
    await ensureTenant(database, tenantId, "Acme");
  });
  after(() => database?.close());
  return () => database ?? assert.fail("there is no database");
}

/** A source, opened on its system; how a test of its own makes calls. */
export async function openWorld(database: Database, source: ToolSource, start: () => Promise<ContractSystem>): Promise<World> {
  await using cleanup = new AsyncDisposableStack();
  const told: string[] = [];
  const log = createLog({ level: "debug", isPretty: false, write: (line) => told.push(line) });
  const system = cleanup.use(await start());
  const secrets = { read: (_tenantId: string, name: string) => Promise.resolve(system.secrets[name] ?? assert.fail(`there is no secret ${name}`)) };
  const place = { file: "tools/contract.yaml", folder: system.folder ?? process.cwd(), tenantId, at: () => "tools/contract.yaml:1:1" };
  const opened: OpenedTools = cleanup.use(await source.open(source.declaration.parse(system.declaration), place, { secrets, clock: systemClock, log, fileFolders: [], ...openWayOut(["127.0.0.1"]), ...system.deps }));
  const tools = new Map(opened.tools.map(({ tool }) => [tool.name, tool]));
  const toolOf = (name: string) => tools.get(name) ?? assert.fail(`there is no tool ${name}`);
  const sql = { query: () => Promise.resolve([]), transaction: () => Promise.reject(new Error("no business database")) };
  const principal = { type: "AiAgent", id: "assistant" };
  const disposal = cleanup.move();
  return {
    system, toolOf,
    async call(given, options = {}) {
      const limited = options.attempts === undefined ? tools : new Map([...tools].map(([name, tool]) => [name, { ...tool, retry: { attempts: options.attempts ?? 1, firstDelayMs: 1 } }]));
      const deps = { database, tools: limited, fallbacks: new Map(), policy: { id: "all", hash: "all", decide: () => ({ effect: "allow" as const, rules: ["all"] }) }, redactor: { id: "none", redact: ({ text }: { text: string }) => ({ text, placeholders: [] }) }, runner: createToolRunner({ log }), sql, clock: systemClock, log };
      const record = await callTool(deps, { tenantId, callId: `call_${randomBytes(8).toString("hex")}`, ...given, contact, principal, channel: "web", turnId: null, conversationId: null, caseId: null });
      told.push(JSON.stringify(record));
      return record;
    },
    async run(given, key, signal = new AbortController().signal) {
      const tool = toolOf(given.tool);
      const resolved = resolveArguments(tool, given.arguments, { contact, conversationId: null, caseId: null });
      if (resolved.kind !== "resolved") return assert.fail(JSON.stringify(resolved));
      const context: ToolContext = { tenantId, contact, idempotencyKey: key, sql, signal };
      try {
        return await tool.run(resolved.value, context);
      } catch (error) {
        told.push(messageOf(error), JSON.stringify(error instanceof AppError ? error.details : {}), messageOf(error instanceof Error ? error.cause : null));
        throw error;
      }
    },
    retries: () => told.filter((line) => line.includes('"tools.retried"')).length,
    assertNothingTold() {
      for (const text of [...system.hidden, ...Object.values(system.secrets)]) assert.deepEqual(told.filter((line) => line.includes(text)), []);
    },
    [Symbol.asyncDispose]: () => disposal.disposeAsync(),
  };
}
