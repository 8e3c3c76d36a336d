import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { makeDatabase } from "../../test/start-test-app.ts";
import { autonomyCommand } from "./autonomy.ts";

describe("the autonomy ladder by the command line", () => {
  let folder = "";
  const environment = { ...process.env };
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "baton-autonomy-"));
    await writeFile(join(folder, "baton.yaml"), "tenant: { id: cli, name: Cli }\nautonomy:\n  rules:\n    - { name: money, risks: [money], level: draft }\n");
    await writeFile(join(folder, "intents.yaml"), "intents:\n  - { name: a, description: a, examples: [a], action: { reply: a } }\n");
    const { owner } = await makeDatabase();
    Object.assign(process.env, { DATABASE_URL: owner, BATON_WORKSPACE: folder, BATON_DATA: folder, BATON_ROLE: "all" });
  });
  after(async () => {
    process.env = environment;
    await rm(folder, { recursive: true });
  });
  const run = async (...args: string[]) => {
    let written = "";
    const code = await autonomyCommand(args, (text) => void (written += text));
    return { code, written };
  };

  test("show, set and kill work on the database, and a wrong word is told the right ones", async () => {
    const head = `The ladder of ${folder}, for the tenant "cli":\n`;
    const shown = { code: 0, written: `${head}Where no rule fits: act\n  money  draft, 0 of 0 overridden\n` };
    assert.deepEqual(await run("show"), shown);
    assert.deepEqual([await run("show", folder), await run("show", "--workspace", folder)], [shown, shown]);
    assert.match((await run("show", "examples/shop")).written, /^The ladder of .*\/examples\/shop, for the tenant "shop":\n/);
    assert.equal((await run("set", "money", "act", "--reason", "It works.", "--workspace", folder)).written, `The ladder now of ${folder}, for the tenant "cli":\nWhere no rule fits: act\n  money  act (baton.yaml: draft; cli: It works.), 0 of 0 overridden\n`);
    assert.match((await run("kill", "act")).written, /\nCLOSED: act and above, by cli: by the command line\n$/);
    assert.doesNotMatch((await run("kill", "act", "--undo")).written, /CLOSED/);
    for (const wrong of [[], ["kill"], ["kill", "everything"], ["set", "money", "sometimes"], ["show", "a", "b"]]) assert.deepEqual([(await run(...wrong)).code, (await run(...wrong)).written.startsWith("Usage: baton autonomy show [folder]")], [2, true]);
    await assert.rejects(run("set", "nothing", "act"), /There is no autonomy rule "nothing"/);
  });
});
