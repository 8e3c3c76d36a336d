import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { COMMANDS } from "./commands.ts";
import { asksForHelp, helpText } from "./help.ts";

test("every command says what each of its arguments means, and shows itself in use", () => {
  for (const command of COMMANDS) {
    const told = new Set(command.takes.flatMap(([argument]) => argument.split(/[ |,]+/)));
    const options = command.usage.match(/--[a-z-]+/g) ?? [];
    const words = command.usage.slice(command.name.length).replace(/\[--[^\]]*\]|--\S+ \S+/g, " ").match(/[A-Z]+|folder|"…"|mail@example\.com/g) ?? [];
    for (const argument of [...options, ...words]) assert.ok(told.has(argument), `${command.name}: ${argument} is not told`);
    assert.ok(command.examples.some((example) => example.includes(`baton ${command.name}`)), `${command.name} has no example`);
    assert.match(helpText(command), /^Usage: baton [^]*\n\nExamples?:\n {2}/);
  }
});

test("help is asked for anywhere before what belongs to another program", () => {
  assert.ok(asksForHelp(["folder", "--help", "--json"]));
  assert.ok(!asksForHelp(["--name", "files", "--", "server", "--help"]));
});

test("an option that is not known is told, with what the command takes", async () => {
  const told = await promisify(execFile)(process.execPath, ["src/cli/main.ts", "diff", "--fast"]).catch((error: unknown) => error);
  assert.ok(typeof told === "object" && told !== null && "code" in told && "stderr" in told);
  assert.equal(told.code, 2);
  assert.match(String(told.stderr), /Unknown option '--fast'[^]*Usage: baton diff A B[^]*Examples:\n {2}baton diff 3 4/);
});
