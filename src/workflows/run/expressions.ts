import type { Template } from "../document/definition.ts";
import type { ExpressionLanguage, ExpressionScope } from "../expressions/expression.ts";

/** The expressions of one version, each compiled when it is first met and then shared by all runs. */
export type Expressions = {
  /** A template with every `${ }` replaced by its value; null for none. What is constant comes back as it is: never change it. */
  evaluate(template: Template, scope: ExpressionScope): unknown;
  /** False and null are no, all else is yes. */
  test(expression: string, scope: ExpressionScope): boolean;
};

type Compiled = { isConstant: boolean; evaluate(scope: ExpressionScope): unknown };

/** Replay: pure. Throws: `workflows.expression_invalid`, `workflows.expression_failed`. */
export function createExpressions(language: ExpressionLanguage): Expressions {
  const texts = new Map<string, Compiled>();
  const structures = new WeakMap<object, Compiled>();
  const compile = (template: Template): Compiled => {
    if (typeof template === "string") return known(texts, template, () => compileText(language, template));
    if (typeof template !== "object" || template === null) return constant(template);
    return known(structures, template, () => (Array.isArray(template) ? compileList(template, compile) : compileRecord(template, compile)));
  };
  return {
    evaluate: (template, scope) => compile(template).evaluate(scope),
    test: (expression, scope) => {
      const value = compile(expression).evaluate(scope);
      return value !== false && value !== null && value !== undefined;
    },
  };
}

function known<Key>(cache: { get(key: Key): Compiled | undefined; set(key: Key, value: Compiled): unknown }, key: Key, make: () => Compiled): Compiled {
  const found = cache.get(key);
  if (found !== undefined) return found;
  const made = make();
  cache.set(key, made);
  return made;
}

function constant(value: unknown): Compiled {
  return { isConstant: true, evaluate: () => value };
}

function compileText(language: ExpressionLanguage, text: string): Compiled {
  const trimmed = text.trim();
  if (!trimmed.startsWith("${") || !trimmed.endsWith("}")) return constant(text);
  const compiled = language.compile(trimmed.slice(2, -1).trim());
  return { isConstant: false, evaluate: (scope) => compiled.evaluate(scope) };
}

function compileList(list: readonly unknown[], compile: (template: Template) => Compiled): Compiled {
  const items = list.map(compile);
  return items.every((item) => item.isConstant) ? constant(list) : { isConstant: false, evaluate: (scope) => items.map((item) => item.evaluate(scope)) };
}

function compileRecord(record: object, compile: (template: Template) => Compiled): Compiled {
  const members = Object.entries(record).map(([key, value]): [string, Compiled] => [key, compile(value)]);
  if (members.every(([, value]) => value.isConstant)) return constant(record);
  return {
    isConstant: false,
    evaluate: (scope) => Object.fromEntries(members.map(([key, value]) => [key, value.evaluate(scope)])),
  };
}
