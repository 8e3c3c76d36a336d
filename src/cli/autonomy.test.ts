import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { openCliFolder, runCommand, type CliFolder } from "../../test/open-cli-folder.ts";
import { autonomyCommand } from "./autonomy.ts";

describe("the autonomy ladder by the command line", () => {
  let opened: CliFolder;
  before(async () => {
    opened = await openCliFolder({ "baton.yaml": "tenant: { id: cli, name: Cli }\nautonomy:\n  rules:\n    - { name: money, risks: [money], level: draft }\n" });
  });
  after(() => opened[Symbol.asyncDispose]());
  const run = (...args: string[]) => runCommand(autonomyCommand, ...args);

  test("show, set and kill work on the database, and a wrong word is told the right ones", async () => {
    const { folder } = opened;
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
