import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { z } from "zod";
import type { WorkflowSource } from "../document/definition.ts";
import { readWorkflow, tryReadWorkflow } from "../document/read-workflow.ts";
import { askDeclaration } from "../functions/ask.ts";
import { approveDeclaration } from "../functions/approve.ts";
import { toolDeclaration } from "../functions/tool.ts";
import { understandDeclaration } from "../functions/understand.ts";
import { checkWorkflow, checkWorkflows } from "./check-workflow.ts";
import { describeDataFlow } from "./describe-data-flow.ts";
import { environmentOf } from "./environment-of.ts";
import { defineTool } from "../../tools/define-tool.ts";
import type { Tool } from "../../tools/tool.ts";
import type { Finding } from "./finding.ts";
import { RULES } from "./rules.ts";
import { toSarif } from "./to-sarif.ts";
import { toText } from "./to-text.ts";

const order = z.object({ order_id: z.string() });
const base = { purpose: "", idempotency: "natural" as const, needsVerifiedContact: false, timeoutMs: 1_000, describe: () => "", run: () => Promise.reject(new Error("a check calls no tool")) };
const tools = new Map<string, Tool>([
  ["find_order", defineTool({ ...base, name: "find_order", risk: "read", input: order, output: z.object({ total: z.number(), email: z.email() }) })],
  ["refund_order", defineTool({ ...base, name: "refund_order", risk: "money", input: order, output: z.object({ refundId: z.string() }) })],
  ["cancel_order", defineTool({ ...base, name: "cancel_order", risk: "irreversible", input: order, output: z.object({}) })],
  ["send_mail", defineTool({ ...base, name: "send_mail", risk: "write", input: z.object({ to: z.string(), text: z.string() }), output: z.object({}) })],
]);
const environment = environmentOf({ tools, functions: [toolDeclaration, approveDeclaration, askDeclaration, understandDeclaration], policies: 'permit (principal, action, resource == Tool::"cancel_order") when { context.facts.status == "open" };' });

const FOLDER = "test/workflows/faulty";

/** `line rule` of every comment `# <- rule`; a rule found twice is named twice. */
function marksOf(text: string): string[] {
  return text.split("\n").flatMap((line, index) => (/# <- ([a-z -]+)$/.exec(line)?.[1] ?? "").split(" ").filter((rule) => rule !== "").map((rule) => `${index + 1} ${rule}`));
}

function readAll(): { file: string; text: string; source: WorkflowSource | null; findings: readonly Finding[] }[] {
  return readdirSync(FOLDER).sort().map((file) => {
    const text = readFileSync(join(FOLDER, file), "utf8");
    const result = tryReadWorkflow(text, file);
    return { file, text, source: result.kind === "read" ? result.source : null, findings: result.kind === "read" ? [] : result.findings };
  });
}

const documents = readAll();
const found = [...documents.flatMap(({ findings }) => findings), ...checkWorkflows(documents.flatMap(({ source }) => source ?? []), environment)];

for (const { file, text } of documents) {
  test(`${file}: each fault is found at its line, and nothing else`, () => {
    const own = found.filter(({ place }) => place.file === file);
    assert.deepEqual(own.map(({ place, rule }) => `${place.line} ${rule}`).sort(), marksOf(text).sort(), toText(own));
    for (const { message, advice, rule } of own) {
      assert.match(message, /^[A-Z"`$].*[.?]$/s);
      assert.match(advice, /\.$/);
      assert.ok(RULES[rule] !== undefined, rule);
    }
  });
}

const HEAD = "document: { dsl: '1.0.3', namespace: shop, name: refund, version: '0.1.0' }\nevaluate: { language: cel }\n";

function rules(text: string): string[] {
  const source = readWorkflow(`${HEAD}${text}`, "a.yaml");
  return checkWorkflow(source, { ...environment, workflows: new Map() }).map(({ place, rule, message }) => `${place.line}:${place.column} ${rule} ${message}`);
}

test("a document without a fault has no findings", () => {
  assert.deepEqual(rules(`
input:
  schema:
    document: { type: object, required: [orderId], properties: { orderId: { type: string } } }
timeout: { after: P2D }
do:
  - find:
      call: tool
      with: { tool: find_order, arguments: { order_id: '\${ input.orderId }' } }
      export: { as: { total: '\${ output.output.total }', orderId: '\${ input.orderId }' } }
  - approve:
      if: context.total > 100
      call: approve
      with: { tool: refund_order, arguments: { order_id: '\${ context.orderId }' }, reason: 'More than 100' }
  - pay:
      call: tool
      with: { tool: refund_order, arguments: { order_id: '\${ context.orderId }' }, approval: '\${ input.?approvalId.orValue("") }' }
      output: { as: { refundId: '\${ output.output.refundId }' } }
`), []);
});

test("a fault in a text of several lines is placed in its line", () => {
  const input = "input:\n  schema:\n    document: { type: object, properties: { text: { type: string } } }\n";
  assert.deepEqual(rules(`${input}do:\n  - last:\n      set:\n        is: |-\n          \${ input.text == "b" ||\n          input.txet == "a" }\n`), ['11:11 expression `input.text == "b" ||\ninput.txet == "a"`: `input` has no field "txet". Did you mean "text"?']);
});

test("a policy or an approval that decides the path is a gate, a switch around it is not", () => {
  const pay = "  - pay:\n      call: tool\n      with: { tool: refund_order, arguments: { order_id: a } }\n";
  const approve = "  - approve:\n      call: approve\n      with: { tool: refund_order, arguments: { order_id: a }, reason: r }\n";
  const decide = "  - decide:\n      switch:\n        - yes: { when: input.isApproved, then: continue }\n        - no: { then: end }\n";
  const gates = (text: string) => rules(`timeout: { after: P1D }\ndo:\n${text}`).filter((line) => line.includes("ungated"));
  assert.equal(gates(pay).length, 1);
  assert.equal(gates(`${approve}${decide}${pay}`).length, 0);
  assert.equal(gates(`${approve}${pay}`).length, 1);
  assert.equal(gates(pay.replaceAll("refund_order", "cancel_order")).length, 0);
  assert.equal(gates(`  - all:\n      fork:\n        branches:\n${approve.replace(/^/gm, "        ").trimEnd()}\n${pay.replace(/^/gm, "        ").trimEnd()}\n`).length, 1);
  assert.equal(gates(`  - tried:\n      try:\n${approve.replace(/^/gm, "        ").trimEnd()}\n${decide.replace(/^/gm, "        ").trimEnd()}\n      catch: { do: [ { log: { set: { a: 1 } } } ] }\n${pay}`).length, 1);
});

test("personal data is followed to every system outside, with a diagram", () => {
  const source = readWorkflow(`${HEAD}
input:
  schema:
    document: { type: object, properties: { contact: { type: object, properties: { email: { type: string }, plan: { type: string } } }, orderId: { type: string } } }
do:
  - keep: { set: { who: '\${ input.contact }', orderId: '\${ input.orderId }' }, export: { as: '\${ {"mail": output.who.email} }' } }
  - crm: { call: http, with: { method: post, endpoint: 'https://crm.example.com/people/{orderId}', body: { plan: '\${ input.who.plan }' } } }
  - mail: { call: http, with: { method: post, endpoint: 'https://mail.example.com/send', body: { to: '\${ "<" + context.mail + ">" }' } } }
  - find: { call: tool, with: { tool: find_order, arguments: { order_id: a } } }
  - tell: { emit: { event: { with: { source: 'https://shop.example.com', type: order.found, data: { mail: '\${ input.output.email }' } } } } }
`, "a.yaml");
  const { flows, mermaid } = describeDataFlow(source, { ...environment, workflows: new Map() });
  assert.deepEqual(flows.map(({ field, system, place }) => `${field} → ${system} at ${place.line}`), ["input.contact.email → mail.example.com at 10", "find_order.output.email → event order.found at 12"]);
  assert.match(mermaid, /^flowchart LR\n {2}f0\["input\.contact\.email"\]/);
  assert.match(mermaid, /f0 -->\|"mail"\| s0/);
});

test("findings become SARIF 2.1.0 and lines that editors link", () => {
  const sarif = toSarif(found.filter(({ rule }) => rule === "then-target"), "1.2.3");
  assert.equal(sarif["version"], "2.1.0");
  const text = JSON.stringify(sarif);
  assert.ok(text.includes('"ruleId":"then-target","ruleIndex":0,"level":"error"'));
  assert.ok(text.includes('"artifactLocation":{"uri":"then-target.yaml"},"region":{"startLine":6,"startColumn":42}'), text);
  assert.match(toText(found.filter(({ rule }) => rule === "then-target")), /^then-target\.yaml:6:\d+: error then-target: There is no task "finsh" in this list\. Did you mean "finish"\?\n {4}→ /);
});

test("a document made to be hard is checked in its size's time", () => {
  let nested = "set: { a: 1 }";
  for (let level = 0; level < 22; level += 1) nested = `do: [ { t${level}: { ${nested} } }, { l${level}: { for: { in: [] }, do: [] } }, { u${level}: { switch: [ { a: { when: workflow.x == 1, then: t${level} } }, { o: { then: continue } } ] } } ]`.replace("in: []", "in: workflow.list");
  const part = (level: number) => `document: { dsl: '1.0.3', namespace: hard, name: part-${level}, version: '0.1.0' }\nevaluate: { language: cel }\ndo:\n${Array.from({ length: 10 }, (_, index) => `  - r${index}: { run: { workflow: { namespace: hard, name: part-${level + 1}, version: latest } } }\n`).join("")}`;
  const sources = [...Array.from({ length: 12 }, (_, level) => readWorkflow(part(level), "part.yaml")), readWorkflow(`${HEAD}use: { functions: { f: { call: g }, g: { call: f } } }\ndo: [ { top: { ${nested} } }, { f: { call: f } } ]\n`, "hard.yaml"), readWorkflow(`${HEAD.replace("refund", "long")}do:\n${Array.from({ length: 5_000 }, (_, index) => `  - t${index}: { wait: PT1S, then: t${(index * 7) % 5_000} }\n`).join("")}`, "long.yaml")];
  // Of the processor, not of the clock: other tests run beside this one.
  const started = process.cpuUsage();
  checkWorkflows(sources, environment);
  const workflows = new Map(sources.map((source) => [`${source.definition.document.namespace}/${source.definition.document.name}`, source]));
  for (const source of sources) describeDataFlow(source, { ...environment, workflows });
  const { user, system } = process.cpuUsage(started);
  assert.ok((user + system) / 1_000 < 5_000);
});

test("a thousand workflows are read and checked in under five seconds", (context) => {
  const text = readFileSync(join(FOLDER, "ungated-risk.yaml"), "utf8");
  const jq = readFileSync(join(FOLDER, "jq-field.yaml"), "utf8");
  // Of the processor, not of the clock: other tests run beside this one.
  const started = process.cpuUsage();
  const spentMs = () => { const { user, system } = process.cpuUsage(started); return (user + system) / 1_000; };
  const sources = Array.from({ length: 1_000 }, (_, index) => {
    const base = index % 10 === 0 ? jq.replace(".total + 1", `.total + ${index}`) : text.replace("input.total < 10", `input.total < ${index}`);
    return readWorkflow(base.replace(/name: [a-z-]+/, `name: flow-${index}`), `flow-${index}.yaml`);
  });
  const readMs = spentMs();
  const findings = checkWorkflows(sources, environment);
  const totalMs = spentMs();
  context.diagnostic(`1,000 workflows: read in ${Math.round(readMs)} ms, checked in ${Math.round(totalMs - readMs)} ms`);
  assert.equal(findings.length, 900 + 300);
  assert.ok(totalMs < 5_000, `${totalMs} ms`);
});
