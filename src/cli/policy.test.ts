import assert from "node:assert/strict";
import { appendFile, cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { policyCheckCommand } from "./policy-check.ts";
import { policyDiffCommand } from "./policy-diff.ts";
import { policyQueryCommand } from "./policy-query.ts";
import { policyTestCommand } from "./policy-test.ts";

type Command = (args: readonly string[], write: (text: string) => void) => Promise<number>;

async function run(command: Command, ...args: string[]): Promise<{ code: number; text: string }> {
  let text = "";
  const code = await command(args, (more) => void (text += more));
  return { code, text };
}

/** The shop with more policies behind its own. */
async function shopWith(policies: string) {
  const folder = await mkdtemp(join("examples", ".policy-"));
  await cp("examples/shop", folder, { recursive: true });
  await appendFile(join(folder, "policies", "shop.cedar"), policies);
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

test("the policies of every example are clean", async () => {
  for (const name of ["shop", "document-intake", "it-service-desk", "lead-desk"]) {
    const { code, text } = await run(policyCheckCommand, join("examples", name));
    assert.match(text, /^\d+ policies checked: 0 errors, 0 warnings \(\d+ ms\)\n$/, name);
    assert.equal(code, 0);
  }
});

test("check names unused and contradictory policies, and names that are not there", async () => {
  await using shop = await shopWith(`
@id("dead") permit (principal is Contact, action == Action::"useTool", resource == Tool::"cancel_order")
when { context.facts has status && context.facts.status == "processing" && context has amountCents && context.amountCents < 5 && context.amountCents > 5 };
@id("blocked") permit (principal is AiAgent, action == Action::"useTool", resource == Tool::"refund_order")
when { context.facts has daysSinceDelivery && context.facts.daysSinceDelivery > 45 };
@id("typo") permit (principal, action == Action::"useTool", resource == Tool::"refund_ordr");
@id("impossible") permit (principal is Contact, action == Action::"changePolicy", resource);
`);
  const { code, text } = await run(policyCheckCommand, shop.folder);
  assert.match(text, /shop\.cedar:\d+:1: warning unused: The policy "dead" never applies/);
  assert.match(text, /shop\.cedar:\d+:1: warning contradictory: The permit "blocked" is always overridden by .*"refund.too_late"/);
  assert.match(text, /warning unknown-name: "typo" names the tool "refund_ordr", which this workspace does not have\.\n {4}→ Its tools are /);
  assert.match(text, /warning unused: The policy "impossible" never applies: unable to find an applicable action/);
  assert.equal(text.match(/"(tools|cancel|refund|address|articles|approve|policy|export)\.[a-z_]+" never/), null, "none of the shop's own");
  assert.equal(code, 0, "warnings stop nothing");
});

test("check finds what does not fit the schema or cannot be read, with line and advice", async () => {
  await using mistyped = await shopWith('\n@id("wrong") permit (principal, action == Action::"useTool", resource)\nwhen { context.chanel == "web" };\n');
  const typed = await run(policyCheckCommand, mistyped.folder);
  assert.equal(typed.code, 1);
  assert.match(typed.text, /shop\.cedar:\d+:8: error schema: In "wrong": attribute `chanel` in context .* not found\.\n {4}→ did you mean `channel`\?/);
  await using broken = await shopWith('\npermit (principal, action resource);\n');
  const read = await run(policyCheckCommand, broken.folder);
  assert.equal(read.code, 1);
  assert.match(read.text, /shop\.cedar:\d+:\d+: error syntax: /);
});

test("a query says who may refund more than 100, and by which policies", async () => {
  const ask = (...where: string[]) => run(policyQueryCommand, "examples/shop", "--action", "useTool", "--resource", "refund_order", ...where);
  const more = await ask("--where", "amount > 100");
  assert.match(more.text, /^AiAgent\n {2}in some cases, by refund.within_limits$/m);
  assert.match(more.text, /^HumanAgent\n {2}in some cases, by .*refund.by_person/m);
  const large = await ask("--where", "totalCents > 15000");
  assert.equal(large.text, "HumanAgent\n  in some cases, by refund.by_person\n");
  assert.deepEqual(await ask("--where", 'status == "processing"'), { code: 1, text: "Nobody may.\n" });
  const admins = await run(policyQueryCommand, "examples/shop", "--action", "changePolicy");
  assert.equal(admins.text, "HumanAgent in Role admin on (any other)\n  always, by policy.admin\n");
  await assert.rejects(ask("--where", "colour == 3"), /"colour" is no attribute of the context or of the facts of "useTool"/);
});

test("a query shows who has to approve, and says where it could not look at every case", async () => {
  await using shop = await shopWith(`
@id("late") @approval("role:team-lead") @people("2") @deadline("PT4H") permit (principal is AiAgent, action == Action::"useTool", resource == Tool::"update_address") when { context.facts has status && context.facts.status like "proc*" && context.channel == "phone" };
@id("not.processing.phone") forbid (principal is Contact, action == Action::"useTool", resource == Tool::"update_address");
`);
  const { text } = await run(policyQueryCommand, shop.folder, "--action", "useTool", "--resource", "update_address");
  assert.match(text, /Not every case was looked at: a condition uses "like"/);
  await using simple = await shopWith(`\n@id("asked") @approval("role:team-lead") @people("2") @deadline("PT4H") permit (principal is ApiKey, action == Action::"export", resource);\n`);
  assert.match((await run(policyQueryCommand, simple.folder, "--action", "export")).text, /^ApiKey on .*\n {2}with approval of 2 of role team-lead within 4 h, by asked$/m);
});

test("tests of policies pass for the shop, and a wrong expectation is told with what was decided", async () => {
  assert.deepEqual(await run(policyTestCommand, "examples/shop"), { code: 0, text: "7 tests of policies: 7 passed, 0 failed\n" });
  await using shop = await shopWith("");
  await writeFile(join(shop.folder, "policies", "more.test.yaml"), "tests:\n  - { name: a guess, principal: AiAgent, resource: refund_order, expect: allow }\n");
  const { code, text } = await run(policyTestCommand, shop.folder);
  assert.equal(code, 1);
  assert.match(text, /^policies\/more\.test\.yaml: a guess\n {4}expected allow, got deny by no policy: No policy allows this\.\n8 tests of policies: 7 passed, 1 failed\n$/);
});

test("a diff shows the decisions that change over given requests", async () => {
  await using shop = await shopWith('\n@id("vip") @needs_person @reason("Not on weekends.") forbid (principal is AiAgent, action == Action::"useTool", resource == Tool::"refund_order") when { context.facts has totalCents && context.facts.totalCents > 5000 };\n');
  const requests = [4_000, 6_000, 7_000].map((totalCents) => ({ principal: { type: "AiAgent", id: "assistant" }, action: "useTool", resource: { type: "Tool", id: "refund_order", attributes: { risk: "money" } }, context: { tool: "refund_order", channel: "web", isVerified: true, facts: { status: "delivered", daysSinceDelivery: 3, totalCents } } }));
  const file = join(shop.folder, "requests.json");
  await writeFile(file, JSON.stringify(requests));
  const { code, text } = await run(policyDiffCommand, "examples/shop", shop.folder, "--requests", file);
  assert.equal(code, 1);
  assert.match(text, /^AiAgent useTool Tool refund_order: allow \(refund\.within_limits\) → to a person \(vip\)\n {4}2 requests, seen 2 times; for example with .*\n3 requests compared: 2 decisions changed\n$/);
  assert.deepEqual(await run(policyDiffCommand, "examples/shop", "examples/shop", "--requests", file), { code: 0, text: "3 requests compared: 0 decisions changed\n" });
});
