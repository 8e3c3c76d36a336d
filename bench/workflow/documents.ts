const head = (name: string, language: "cel" | "jq") => `document: { dsl: '1.0.3', namespace: bench, name: ${name}, version: '1.0.0' }\nevaluate: { language: ${language} }\n`;

/** Three tasks with one journaled step each, as the bare handler has. */
export const THREE_TASKS = `${head("three-tasks", "cel")}do:
  - first: { call: step, with: { n: '\${ input.n }' } }
  - second: { call: step, with: { n: '\${ input.n }' } }
  - third: { call: step, with: { n: '\${ input.n }' } }
`;

/** Asleep for as long as the benchmark runs. */
export const SLEEP = `${head("sleep", "cel")}do:
  - sleep: { wait: { days: 30 } }
`;

/** Started by an event, or directly. */
export const ON_EVENT = `${head("on-event", "cel")}schedule: { on: { one: { with: { type: com.example.bench } } } }
do:
  - first: { call: note, with: { id: '\${ input[0].data.id }' } }
`;

/** The same expressions in both languages, as documents have them. */
export const EXPRESSIONS: readonly { cel: string; jq: string }[] = [
  { cel: "input.order.total > 100.0 && input.order.status == 'paid'", jq: '.order.total > 100 and .order.status == "paid"' },
  { cel: "input.order.lines.map(line, line.price * line.count)", jq: ".order.lines | map(.price * .count)" },
  { cel: "'Order ' + input.order.id + ' for ' + input.contact.name", jq: '"Order " + .order.id + " for " + .contact.name' },
  { cel: "input.order.lines.exists(line, line.price > 50.0)", jq: ".order.lines | any(.price > 50)" },
  { cel: "has(input.contact.email) ? input.contact.email : 'none'", jq: '.contact.email // "none"' },
];

export const EXPRESSION_INPUT = { order: { id: "o-1042", total: 129.5, status: "paid", lines: Array.from({ length: 5 }, (_, line) => ({ price: 10.5 + line * 12, count: line + 1 })) }, contact: { name: "Ada Byron", email: "ada@example.com" } };
