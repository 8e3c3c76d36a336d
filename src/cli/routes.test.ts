import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { openCliFolder, runCommand, type CliFolder } from "../../test/open-cli-folder.ts";
import { createLog } from "../lib/log.ts";
import type { ModelRequest } from "../models/model.ts";
import { openLearnedRouter, type LearnedRouter } from "../models/routing/open-router.ts";
import { openDatabase, type Database } from "../storage/database.ts";
import { migrate } from "../storage/migrate.ts";
import { importGradesCommand, rollBackRouteCommand, routesCommand, trainRoutesCommand, useRouteCommand } from "./routes.ts";

const MODELS = `
models:
  - { name: small, provider: ollama, model: tiny }
  - { name: big, provider: openai, model: gpt-6.1-terra, key: k }
  - { name: other, provider: openai, model: gpt-6-luna, key: k }
routes: { default: [big, small, other] }
`;
const log = createLog({ level: "error", isPretty: true });
const INVENTORY = [{ name: "small", provider: "ollama", modelId: "tiny" }, { name: "big", provider: "openai", modelId: "gpt-6.1-terra" }];

describe("routes by the command line", () => {
  let opened: CliFolder;
  let database: Database;
  let router: LearnedRouter;
  before(async () => {
    opened = await openCliFolder({ "models.yaml": MODELS });
    await migrate(opened.databaseUrl);
    database = openDatabase({ connectionString: opened.databaseUrl, maxConnections: 2, log });
    router = await openLearnedRouter({ database, log, tenantId: "cli", models: INVENTORY });
  });
  after(async () => {
    await router.stop();
    await database.close();
    await opened[Symbol.asyncDispose]();
  });
  const request: ModelRequest = {
    context: { tenantId: "cli", purpose: "reply", dataClasses: [], audiences: [], cache: "off", traits: { language: "en" } }, messages: [{ role: "user", text: "Where is my order of a lamp that I paid yesterday" }],
    tools: [], maxOutputTokens: 100, temperature: 0, signal: AbortSignal.timeout(600_000),
  };

  /** Orders are answered by both models, contracts by the big one alone. */
  async function writeGrades(count: number): Promise<string> {
    const lines = Array.from({ length: count }, (_, i) => {
      const isHard = i % 3 === 0;
      const prompt = isHard ? `Which clause of the contract limits liability for case ${"x".repeat(i % 97)} ${"z".repeat(i % 89)}?` : `Where is my order of a lamp that I paid ${"x".repeat(i % 97)} ${"z".repeat(i % 89)}`;
      return [{ prompt, language: "en", model: "small", right: !isHard }, { prompt, language: "en", model: "big", right: true }].map((line) => JSON.stringify(line)).join("\n");
    });
    const file = join(opened.folder, `grades-${count}.jsonl`);
    await writeFile(file, `${lines.join("\n")}\n`);
    return file;
  }

  test("without a router it says how to get one, and without grades what is missing", async () => {
    assert.match((await runCommand(routesCommand)).written, /No router is trained.*\n0 grades/);
    await assert.rejects(runCommand(trainRoutesCommand), { code: "models.too_few_grades", message: /at least 100 prompts/ });
    await assert.rejects(runCommand(rollBackRouteCommand), { code: "models.nothing_to_roll_back" });
    assert.equal(router.chooseModelFor(request), null);
  });

  test("grades are taken in, again without doubling them", async () => {
    const file = await writeGrades(450);
    assert.match((await runCommand(importGradesCommand, file)).written, /900 grades are in; kept are 900 of 2 models on 450 prompts/);
    assert.match((await runCommand(importGradesCommand, file)).written, /kept are 900 of 2 models on 450 prompts/);
  });

  test("training shows the table and changes nothing; the same grades give the same router", async () => {
    const { code, written } = await runCommand(trainRoutesCommand, "--floor", "97");
    assert.equal(code, 0);
    assert.match(written, /Router 1, trained on 450 prompts/);
    assert.match(written, /small +66\.7 % +0\.00\n/);
    assert.match(written, /big +100\.0 % +\S+ +best single model\n/);
    assert.match(written, /language en +450 +\d+\.\d %/);
    assert.match(written, /97\.0 % of the quality of big is kept with 95 % certainty/);
    assert.match(written, /Too few grades, so not chosen: other/);
    assert.match(written, /It is not in use/);
    await router.follow();
    assert.equal(router.chooseModelFor(request), null);
    assert.match((await runCommand(trainRoutesCommand, "--floor", "97")).written, /Router 1 \(there was one/);
  });

  test("a router that is put to use is followed, and rolled back; the ledger has all of it", async () => {
    await runCommand(useRouteCommand, "1");
    await router.follow();
    assert.deepEqual(router.chooseModelFor(request)?.names, ["small", "big"]);
    assert.match((await runCommand(trainRoutesCommand, "--floor", "100", "--use")).written, /Router 2, .*It is in use/s);
    await router.follow();
    assert.match(router.chooseModelFor(request)?.reason ?? "", /^router 2: /);
    assert.match((await runCommand(routesCommand)).written, /^Router 2, in use: trained by cli/);
    assert.match((await runCommand(rollBackRouteCommand)).written, /Router 1 is in use again/);
    await router.follow();
    assert.match(router.chooseModelFor(request)?.reason ?? "", /^router 1: small/);
    assert.match((await runCommand(rollBackRouteCommand)).written, /No router is in use any more/);
    await router.follow();
    assert.equal(router.chooseModelFor(request), null);
    await assert.rejects(runCommand(useRouteCommand, "9"), { code: "models.router_unknown" });
    const entries = await database.of("cli").selectFrom("ledger_entry").select(["kind", "subject_id"]).where("kind", "like", "routing.%").orderBy("id").execute();
    assert.deepEqual(entries.map(({ kind, subject_id: subject }) => `${kind} ${subject}`), ["routing.graded cli", "routing.graded cli", "routing.trained 1", "routing.used 1", "routing.trained 2", "routing.used 2", "routing.rolled_back 1", "routing.rolled_back none"]);
  });

  test("a router whose models have changed is not followed, and says why", async () => {
    await runCommand(useRouteCommand, "1");
    const changed = await openLearnedRouter({ database, log: createLog({ level: "error", isPretty: true }), tenantId: "cli", models: INVENTORY.map((model) => ({ ...model, modelId: "newer" })) });
    assert.equal(changed.chooseModelFor(request), null);
    assert.match(changed.stale() ?? "", /"small" of models\.yaml is not what the router was trained for/);
    await changed.stop();
  });
});
