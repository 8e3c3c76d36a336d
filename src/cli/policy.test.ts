import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { appendFile, cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { z } from "zod";
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
  assert.match(text, /error unknown-name: "typo" names the tool "refund_ordr", which this workspace does not have\.\n {4}→ Its tools are /);
  assert.match(text, /warning unused: The policy "impossible" never applies: unable to find an applicable action/);
  assert.equal(text.match(/"(tools|cancel|refund|address|articles|approve|policy|export)\.[a-z_]+" never/), null, "none of the shop's own");
  assert.equal(code, 1, "a name that is not there is an error");
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

test("policies are checked whatever else is broken, and what could not be looked up is said", async () => {
  await using shop = await shopWith('\n@id("typo") permit (principal, action == Action::"useTool", resource == Tool::"refund_ordr");\n');
  await writeFile(join(shop.folder, "intents.yaml"), "intents: 5\n");
  const named = await run(policyCheckCommand, shop.folder);
  assert.equal(named.code, 1);
  assert.match(named.text, /error unknown-name: "typo" names the tool "refund_ordr"/);
  await writeFile(join(shop.folder, "tools", "broken.yaml"), "kind: unheard_of\n");
  await appendFile(join(shop.folder, "policies", "shop.cedar"), "\npermit (principal, action resource);\n");
  const partly = await run(policyCheckCommand, shop.folder);
  assert.equal(partly.code, 1);
  assert.match(partly.text, /shop\.cedar:\d+:\d+: error syntax: [^]*tools\/ cannot be read, so the names in the policies were not looked up/);
  assert.doesNotMatch(partly.text, /unknown-name/);
});

test("a folder that is no workspace, and a tool that is not there, are named in plain words", async () => {
  for (const command of [policyCheckCommand, policyTestCommand]) await assert.rejects(run(command, "nosuch"), /^AppError: There is no folder "nosuch"\. Name the folder of a workspace/);
  await assert.rejects(run(policyTestCommand, "src"), /"src" is no workspace that can be read: it has no baton\.yaml\./);
  await assert.rejects(run(policyQueryCommand, "examples/shop", "--action", "useTool", "--resource", "refund_ordr"), /There is no tool "refund_ordr" in this workspace\. Did you mean "refund_order"\?/);
  await assert.rejects(run(policyQueryCommand, "examples/shop", "--action", "useTol"), /There is no action "useTol" in this workspace\. Did you mean "useTool"\?/);
});

const QUERY = ["examples/shop", "--action", "useTool", "--resource", "refund_order"];

test("a query names the cases in which somebody may refund more than 100, at once or with approval", async () => {
  const ask = (...where: string[]) => run(policyQueryCommand, ...QUERY, ...where);
  const more = await ask("--where", "amount > 100", "--cases", "1");
  assert.equal(more.code, 0);
  assert.match(more.text, /^Who may useTool refund_order where amount > 100, in .*examples\/shop: \d+ cases tried, \d+ where the condition holds\.\n/);
  assert.match(more.text, /^AiAgent · useTool refund_order · allowed, by refund\.in_time \(\d+ cases\)\n {2}.*\bstatus\b.*amountCents.*\n {2}.*\bdelivered\b.*\b1\d{4}\b.*\n {2}… and \d+ more: --cases \d+ shows all\.\n$/m);
  assert.match(more.text, /^AiAgent · useTool refund_order · with approval of role agent within 1 d, by refund\.above_limit, refund\.in_time \(\d+ cases\)$/m);
  assert.match(more.text, /^HumanAgent · useTool refund_order · allowed, by .*refund\.by_person/m);
  const large = await ask("--where", "totalCents > 15000");
  assert.doesNotMatch(large.text, /^AiAgent .* allowed/m);
  assert.match(large.text, /^HumanAgent .* allowed, by refund\.by_person \(/m);
  const none = await ask("--where", 'status == "processing"');
  assert.equal(none.code, 1);
  assert.match(none.text, /\nNobody may\.\n$/);
  const admins = await run(policyQueryCommand, "examples/shop", "--action", "changePolicy");
  assert.match(admins.text, /^HumanAgent in Role admin · changePolicy \(any other\) · allowed, by policy\.admin \(1 case\)$/m);
  await assert.rejects(ask("--where", "colour == 3"), /"colour" is no attribute of the context or of the facts of "useTool"/);
});

test("machines get every case that is allowed or asks people, with who, action, resource and context", async () => {
  const shape = z.object({ tried: z.number(), asked: z.number(), gaps: z.array(z.string()), decided: z.array(z.object({ who: z.string(), action: z.string(), resource: z.string(), effect: z.enum(["allow", "approve"]), rules: z.array(z.string()), approval: z.string().optional(), count: z.number(), cases: z.array(z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))) })) });
  const { tried, asked, decided } = shape.parse(JSON.parse((await run(policyQueryCommand, ...QUERY, "--where", "totalCents > 15000", "--cases", "100000", "--json")).text));
  assert.ok(asked > 0 && asked < tried);
  const assistant = decided.filter(({ who }) => who === "AiAgent");
  assert.deepEqual(assistant.map(({ effect, approval, rules }) => [effect, approval, rules]), [["approve", "role agent within 1 d", ["refund.above_limit", "refund.in_time"]]]);
  assert.ok(decided.every(({ count, cases, action, resource }) => cases.length === count && action === "useTool" && resource === "refund_order"));
  assert.ok(assistant.flatMap(({ cases }) => cases).every((each) => Number(each["context.facts.totalCents"]) > 15_000 && each["context.facts.status"] === "delivered" && each["context.isVerified"] === true));
});

test("a query shows who has to approve, and says where it could not look at every case", async () => {
  await using shop = await shopWith(`
@id("late") @approval("role:team-lead") @people("2") @deadline("PT4H") permit (principal is AiAgent, action == Action::"useTool", resource == Tool::"update_address") when { context.facts has status && context.facts.status like "proc*" && context.channel == "phone" };
@id("not.processing.phone") forbid (principal is Contact, action == Action::"useTool", resource == Tool::"update_address");
`);
  const { text } = await run(policyQueryCommand, shop.folder, "--action", "useTool", "--resource", "update_address");
  assert.match(text, /Not every case was looked at: a condition uses "like"/);
  await using simple = await shopWith(`\n@id("asked") @approval("role:team-lead") @people("2") @deadline("PT4H") permit (principal is ApiKey, action == Action::"export", resource);\n`);
  assert.match((await run(policyQueryCommand, simple.folder, "--action", "export")).text, /^ApiKey · export .* · with approval of 2 of role team-lead within 4 h, by asked \(1 case\)$/m);
});

test("tests of policies pass for the shop, and a wrong expectation is told with what was decided", async () => {
  assert.deepEqual(await run(policyTestCommand, "examples/shop"), { code: 0, text: "8 tests of policies: 8 passed, 0 failed\n" });
  await using shop = await shopWith("");
  await writeFile(join(shop.folder, "policies", "more.test.yaml"), "tests:\n  - { name: a guess, principal: AiAgent, resource: refund_order, expect: allow }\n");
  const { code, text } = await run(policyTestCommand, shop.folder);
  assert.equal(code, 1);
  assert.match(text, /^policies\/more\.test\.yaml: a guess\n {4}expected allow, got deny by no policy: No policy allows this\.\n9 tests of policies: 8 passed, 1 failed\n$/);
});

test("a diff shows the decisions that change over given requests", async () => {
  await using shop = await shopWith('\n@id("vip") @needs_person @reason("Not on weekends.") forbid (principal is AiAgent, action == Action::"useTool", resource == Tool::"refund_order") when { context.facts has totalCents && context.facts.totalCents > 5000 };\n');
  const requests = [4_000, 6_000, 7_000].map((totalCents) => ({ principal: { type: "AiAgent", id: "assistant" }, action: "useTool", resource: { type: "Tool", id: "refund_order", attributes: { risk: "money" } }, context: { tool: "refund_order", channel: "web", isVerified: true, facts: { status: "delivered", daysSinceDelivery: 3, totalCents } } }));
  const file = join(shop.folder, "requests.json");
  await writeFile(file, JSON.stringify(requests));
  const { code, text } = await run(policyDiffCommand, "examples/shop", shop.folder, "--requests", file);
  assert.equal(code, 1);
  assert.match(text, /^AiAgent useTool Tool refund_order: allow \(refund\.in_time\) → to a person \(vip\)\n {4}2 requests, seen 2 times; for example with .*\n3 requests compared: 2 decisions changed\n$/);
  assert.deepEqual(await run(policyDiffCommand, "examples/shop", "examples/shop", "--requests", file), { code: 0, text: "3 requests compared: 0 decisions changed\n" });
});

test("a diff takes two git revisions, or a revision and a folder, and says what else can be named", async () => {
  await using shop = await shopWith("");
  const git = (...args: string[]) => promisify(execFile)("git", ["-C", shop.folder, "-c", "user.name=Anna", "-c", "user.email=anna@example.com", ...args]);
  await git("init", "--quiet");
  await git("add", "policies");
  await git("commit", "--quiet", "-m", "before");
  await appendFile(join(shop.folder, "policies", "shop.cedar"), '\n@id("closed") @reason("Closed.") forbid (principal, action == Action::"useTool", resource == Tool::"refund_order");\n');
  await git("commit", "--quiet", "-am", "after");
  const file = join(shop.folder, "requests.json");
  await writeFile(file, JSON.stringify([{ principal: { type: "HumanAgent", id: "anna" }, action: "useTool", resource: { type: "Tool", id: "refund_order", attributes: { risk: "money" } }, context: { tool: "refund_order", channel: "web", isVerified: true, facts: { status: "delivered" } } }]));
  const diff = (...names: string[]) => run(policyDiffCommand, ...names, "--workspace", shop.folder, "--requests", file);
  const changed = /^HumanAgent useTool Tool refund_order: allow \(refund\.by_person\) → deny \(closed\)\n.*\n1 request compared: 1 decision changed\n$/;
  assert.match((await diff("HEAD~1", "HEAD")).text, changed);
  assert.match((await diff("HEAD~1", shop.folder)).text, changed);
  assert.match((await diff("HEAD~1", join(shop.folder, "policies"))).text, changed);
  await assert.rejects(diff("HEAD~1", "nothing"), /"nothing" is neither a folder nor a git revision of .*Name a workspace's folder, or a revision such as HEAD~1/);
  await assert.rejects(diff("HEAD~1", "--end-of-options"), /neither a folder nor a git revision|Unknown option/);
  await writeFile(file, '[{ "who": "me" }]');
  await assert.rejects(diff("HEAD~1", "HEAD"), /requests\.json is no list of requests:/);
  assert.equal((await run(policyDiffCommand, "HEAD")).code, 2);
});
