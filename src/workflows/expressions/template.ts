import type { Template } from "../document/definition.ts";
import { joinPointer } from "../document/json-pointer.ts";
import type { ExpressionLanguage, ExpressionScope } from "./expression.ts";

export type TemplatePart = { kind: "text"; text: string } | { kind: "expression"; source: string };

/** One expression of a template: `pointer` names the string it stands in. */
export type TemplateExpression = { pointer: string; source: string };

export type CompiledTemplate = { isConstant: boolean; evaluate(scope: ExpressionScope): unknown };

/**
 * The texts and expressions of a string. A string that is one expression gives one part; a `${` without its end is text.
 * Braces and quotes inside the expression are followed, so that `${ {"a": "}"} }` ends where it should.
 */
export function splitTemplate(text: string): readonly TemplatePart[] {
  if (!text.includes("${")) return [{ kind: "text", text }];
  const parts: TemplatePart[] = [];
  let position = 0;
  for (let start = text.indexOf("${"); start >= 0; start = text.indexOf("${", position)) {
    const end = endOfExpression(text, start + 2);
    if (end === null) break;
    if (start > position) parts.push({ kind: "text", text: text.slice(position, start) });
    parts.push({ kind: "expression", source: text.slice(start + 2, end).trim() });
    position = end + 1;
  }
  const trimmed = text.trim();
  // Quotes that nobody could follow: the outermost braces count.
  if (parts.length === 0 && trimmed.startsWith("${") && trimmed.endsWith("}")) return [{ kind: "expression", source: trimmed.slice(2, -1).trim() }];
  if (position < text.length) parts.push({ kind: "text", text: text.slice(position) });
  const expressions = parts.filter((part) => part.kind === "expression");
  return expressions.length === 1 && parts.every((part) => part.kind === "expression" || part.text.trim() === "") ? expressions : parts;
}

/** Where the brace of an expression closes; null: nowhere. In jq a string may hold `\( )` with further strings. */
function endOfExpression(text: string, from: number): number | null {
  const open: string[] = ["{"];
  for (let at = from; at < text.length; at += 1) {
    const sign = text.charAt(at);
    const inner = open.at(-1);
    if (inner === '"' || inner === "'") {
      if (sign === "\\" && text.charAt(at + 1) === "(" && inner === '"') open.push("(");
      else if (sign === inner) open.pop();
      if (sign === "\\") at += 1;
    } else if (sign === '"' || sign === "'" || sign === "{" || sign === "(") open.push(sign);
    else if (sign === "}" || sign === ")") {
      if (open.pop() !== (sign === "}" ? "{" : "(")) return null;
      if (open.length === 0) return at;
    }
  }
  return null;
}

/** Every expression of a template, deep, with the pointer of its string. */
export function* expressionsIn(template: Template, pointer: string): Generator<TemplateExpression> {
  if (typeof template === "string") {
    for (const part of splitTemplate(template)) if (part.kind === "expression") yield { pointer, source: part.source };
  } else if (typeof template === "object" && template !== null) {
    for (const [key, value] of Object.entries(template)) yield* expressionsIn(value, joinPointer(pointer, key));
  }
}

const texts = new WeakMap<ExpressionLanguage, Map<string, CompiledTemplate>>();
const structures = new WeakMap<ExpressionLanguage, WeakMap<object, CompiledTemplate>>();

/**
 * A template made ready once, however often it is asked for. A string that is one expression keeps its value's type; in a
 * longer one each value becomes text. What is constant comes back as it is: never change it.
 *
 * Throws: `workflows.expression_invalid`; evaluating, `workflows.expression_failed`.
 */
export function compileTemplate(template: Template, language: ExpressionLanguage): CompiledTemplate {
  if (typeof template === "string") return remember(cacheOf(texts, language, () => new Map<string, CompiledTemplate>()), template, () => compileText(template, language));
  if (typeof template !== "object" || template === null) return constant(template);
  return remember(cacheOf(structures, language, () => new WeakMap<object, CompiledTemplate>()), template, () => compileStructure(template, language));
}

function cacheOf<Cache>(caches: WeakMap<ExpressionLanguage, Cache>, language: ExpressionLanguage, make: () => Cache): Cache {
  const found = caches.get(language) ?? make();
  caches.set(language, found);
  return found;
}

const MAX_TEXTS = 20_000;

function remember<Key>(cache: { get(key: Key): CompiledTemplate | undefined; set(key: Key, value: CompiledTemplate): unknown }, key: Key, make: () => CompiledTemplate): CompiledTemplate {
  const found = cache.get(key);
  if (found !== undefined) return found;
  if (cache instanceof Map && cache.size >= MAX_TEXTS) cache.clear();
  const made = make();
  cache.set(key, made);
  return made;
}

function constant(value: unknown): CompiledTemplate {
  return { isConstant: true, evaluate: () => value };
}

function compileText(text: string, language: ExpressionLanguage): CompiledTemplate {
  const parts = splitTemplate(text).map((part) => (part.kind === "text" ? part : { kind: part.kind, compiled: language.compile(part.source) }));
  const [first] = parts;
  if (first === undefined || parts.every((part) => part.kind === "text")) return constant(text);
  if (parts.length === 1 && first.kind === "expression") return { isConstant: false, evaluate: (scope) => first.compiled.evaluate(scope) };
  return { isConstant: false, evaluate: (scope) => parts.map((part) => (part.kind === "text" ? part.text : asText(part.compiled.evaluate(scope)))).join("") };
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : value === null ? "" : JSON.stringify(value);
}

function compileStructure(structure: object, language: ExpressionLanguage): CompiledTemplate {
  const members = Object.entries(structure).map(([key, value]): [string, CompiledTemplate] => [key, compileTemplate(value, language)]);
  if (members.every(([, member]) => member.isConstant)) return constant(structure);
  if (Array.isArray(structure)) return { isConstant: false, evaluate: (scope) => members.map(([, member]) => member.evaluate(scope)) };
  return { isConstant: false, evaluate: (scope) => Object.fromEntries(members.map(([key, member]) => [key, member.evaluate(scope)])) };
}
