import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { openCliFolder, runCommand, type CliFolder } from "../../test/open-cli-folder.ts";
import { diffCommand } from "./diff.ts";
import { publishCommand } from "./publish.ts";
import { rollbackCommand } from "./rollback.ts";
import { versionsCommand } from "./versions.ts";

const hello = (version: string, text: string) => `document: { dsl: '1.0.3', namespace: a, name: hello, version: '${version}' }\nevaluate: { language: cel }\ndo:\n  - greet:\n      set: { text: ${text} }\n`;

describe("publishing by the command line", () => {
  let opened: CliFolder;
  let folder = "";

  before(async () => {
    opened = await openCliFolder();
    folder = opened.folder;
    await mkdir(join(folder, "workflows"));
  });
  after(() => opened[Symbol.asyncDispose]());

  const write = (version: string, text: string) => writeFile(join(folder, "workflows", "hello.yaml"), hello(version, text));

  test("publish, versions, diff and rollback work on one database without a running Baton", async () => {
    assert.match((await runCommand(versionsCommand)).written, /Nothing has been published/);
    await write("1.0.0", "one");
    assert.match((await runCommand(publishCommand, "--note", "first")).written, /Published as 1; .*:\n {2}hello 1\.0\.0/);
    assert.match((await runCommand(publishCommand)).written, /Nothing to publish/);
    await write("1.1.0", "two");
    assert.match((await runCommand(publishCommand)).written, /Published as 2/);
    const diff = await runCommand(diffCommand, "1", "2");
    assert.equal(diff.code, 1);
    assert.match(diff.written, /~ task "greet": set\.text changed from "one" to "two" {2}\(\/do\/0\/greet\/set\/text\)/);
    for (const wrong of [[], ["1"], ["1", "2", "3"], ["1", "hello"], ["1", "1a2b3c4d"]]) assert.equal((await runCommand(diffCommand, ...wrong)).code, 2, wrong.join(" "));
    await assert.rejects(runCommand(diffCommand, "1", "7"), /There is no publish 7: there are 1 to 2\.\n`baton versions` lists/);
    await assert.rejects(runCommand(diffCommand, "00000000", "ffffffff"), /No version's hash begins with 00000000\./);
    assert.match((await runCommand(rollbackCommand)).written, /Publish 1 is active again/);
    assert.match((await runCommand(versionsCommand)).written, /\* {4}1 .*first/);
    assert.match((await runCommand(versionsCommand, "hello")).written, /^ {2}[0-9a-f]{12} {2}1\.1\.0/);
    assert.equal((await runCommand(versionsCommand, "nothing")).code, 1);
  });

  test("changed content needs another version number, which --bump raises in the file", async () => {
    await write("1.1.0", "changed");
    const refused = await runCommand(publishCommand);
    assert.equal(refused.code, 1);
    assert.match(refused.written, /workflows\/hello\.yaml:1:\d+: error version-taken: The workflow "hello" has changed, and its version 1\.1\.0 is published already with another text\.\n {4}→ Raise the version to 1\.1\.1 .* or to 1\.2\.0 /);
    assert.match(refused.written, /Nothing was published: a version number stands for one text.*\nRaise it by hand, or say --bump patch/);
    assert.match((await runCommand(versionsCommand)).written, /\* {4}1 /, "what was active stays so");
    assert.equal((await runCommand(publishCommand, "--bump", "huge")).code, 2);
    const raised = await runCommand(publishCommand, "--bump", "patch");
    assert.match(raised.written, /Raised hello from 1\.1\.0 to 1\.1\.1 in workflows\/hello\.yaml\.\nPublished as 3; .*:\n {2}hello 1\.1\.1/);
    assert.equal(await readFile(join(folder, "workflows", "hello.yaml"), "utf8"), hello("1.1.1", "changed"));
    assert.match((await runCommand(publishCommand, "--bump", "patch")).written, /Nothing to publish: publish 3 is active and has these 1 workflows exactly as they are/);
    assert.match((await runCommand(rollbackCommand, "1")).written, /Publish 1 is active again/);
  });

  test("a faulty document is named with its place, and nothing is published", async () => {
    await write("1.2.0", "[");
    const { code, written } = await runCommand(publishCommand);
    assert.equal(code, 1);
    assert.match(written, /workflows\/hello\.yaml:5:\d+: error/);
    assert.match(written, /Nothing was published: \d+ errors?/);
  });

  test("there is nothing before the first publish", async () => {
    await assert.rejects(runCommand(rollbackCommand), { code: "workflows.nothing_before" });
    assert.match((await runCommand(rollbackCommand, "2")).written, /Publish 2 is active again/);
    await assert.rejects(runCommand(rollbackCommand, "9"), { code: "workflows.publish_unknown" });
  });

  test("another folder replaces active workflows only when that is said", async () => {
    const other = await mkdtemp(join(tmpdir(), "baton-other-"));
    await cp(folder, other, { recursive: true });
    await rm(join(other, "workflows", "hello.yaml"));
    await writeFile(join(other, "workflows", "bye.yaml"), hello("1.0.0", "bye").replace("name: hello", "name: bye"));
    const { code, written } = await runCommand(publishCommand, other);
    assert.equal(code, 1);
    assert.match(written, new RegExp(`^The workflows of ${other}, for the tenant "cli":`));
    assert.match(written, /Nothing was published.*\n {2}a\/hello\nSay --remove/);
    assert.match((await runCommand(publishCommand, other, "--remove")).written, /Published as 4; .*\n {2}bye 1\.0\.0/);
    await rm(other, { recursive: true });
  });
});
