import { isRecord } from "../../../lib/is-record.ts";
import { joinPointer } from "../../document/json-pointer.ts";
import { namedItem } from "../../document/raw-value.ts";
import { isSecretName } from "../../document/secret-names.ts";
import type { NamedTask, WorkflowDefinition } from "../../document/definition.ts";
import type { Checking } from "../findings.ts";
import { tasksOf } from "../task-tree.ts";

/** Forms that are nothing but keys, by who gives them out. */
const KEY_FORMS: readonly [string, RegExp][] = [
  ["an AWS access key", /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/], ["an OpenAI or Anthropic key", /\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{20,}/], ["a Stripe key", /\b[sr]k_(?:live|test)_[A-Za-z0-9]{16,}/],
  ["a GitHub token", /\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,})/], ["a Slack token", /\bxox[abeprs]-[A-Za-z0-9-]{10,}/], ["a Google key", /\bAIza[0-9A-Za-z_-]{35}/], ["a webhook secret", /\bwhsec_[A-Za-z0-9+/=]{16,}/],
  ["a private key", /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/], ["a JSON Web Token", /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+/], ["a password in an address", /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@{}]+:[^\s/@{}$]{3,}@/i],
];
const MIN_RANDOM_LENGTH = 20;
/** Bits per character; words and sentences stay below. */
const RANDOM_BITS = 3.8;

/** Passwords and keys that stand in the document, where everyone with access to the repository reads them. */
export function checkSecrets({ source, report }: Checking): void {
  for (const [pointer, text] of textsOf(source.definition)) {
    const what = judge(pointer, text);
    if (what !== null) report({ rule: "plain-secret", severity: "error", pointer, message: `This looks like ${what}.`, advice: "Name it in `use.secrets`, read it as `secrets` in an expression, and change it where it came from." });
  }
}

function judge(pointer: string, text: string): string | null {
  const form = KEY_FORMS.find(([, pattern]) => pattern.test(text));
  if (form !== undefined) return form[0];
  const value = text.trim().replace(/^(?:Bearer|Basic|Token) /i, "");
  if (text.includes("${") || /\s/.test(value)) return null;
  const name = pointer.slice(pointer.lastIndexOf("/") + 1);
  if (isSecretName(name) && value.length >= 4 && !/^[{<[/]|^https?:/.test(value)) return `a secret in plain text ("${name}")`;
  return value.length >= MIN_RANDOM_LENGTH && isRandom(value) ? "a key or a token: it has no words in it" : null;
}

/** Letters of both cases and digits without any order; not an address, a path, a version or a hyphenated name. */
function isRandom(text: string): boolean {
  if (!/^[A-Za-z0-9+/_=-]+$/.test(text) || !/\d/.test(text) || !/[a-z]/.test(text) || !/[A-Z]/.test(text)) return /^[0-9a-f]{32,}$/.test(text) && entropy(text) > 3;
  return entropy(text) > RANDOM_BITS;
}

function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const sign of text) counts.set(sign, (counts.get(sign) ?? 0) + 1);
  return -[...counts.values()].reduce((sum, count) => sum + (count / text.length) * Math.log2(count / text.length), 0);
}

/** Every text that a run would use, with its place; names, summaries and schemas are not looked at. */
function* textsOf(definition: WorkflowDefinition): Generator<[string, string]> {
  yield* deep(definition.use.authentications, "/use/authentications");
  for (const { named } of tasksOf(definition)) yield* textsOfTask(named);
}

function* textsOfTask({ task, pointer }: NamedTask): Generator<[string, string]> {
  if (task.kind === "call") yield* deep(task.with, `${pointer}/with`);
  if (task.kind === "set") yield* deep(task.set, `${pointer}/set`);
  if (task.kind === "emit") yield* deep(task.event, `${pointer}/emit/event/with`);
  if (task.kind === "run") yield* task.run.kind === "workflow" ? deep(task.run.input, `${pointer}/run/workflow/input`) : deep(task.run.with, `${pointer}/run/${task.run.kind}`);
  for (const [place, contract] of [["input/from", task.input], ["output/as", task.output], ["export/as", task.export]] as const) yield* deep(contract.transform, `${pointer}/${place}`);
}

function* deep(value: unknown, pointer: string): Generator<[string, string]> {
  if (typeof value === "string") yield [pointer, value];
  else if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* deep(item, joinPointer(pointer, index));
  // `authentication: { use: name }` names a secret and is none.
  else if (isRecord(value) && !(namedItem(value)?.[0] === "use" && Object.keys(value).length === 1)) for (const [key, item] of Object.entries(value)) yield* deep(item, joinPointer(pointer, key));
}
