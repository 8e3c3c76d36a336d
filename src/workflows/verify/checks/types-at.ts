import { excerpt } from "../../../lib/cut.ts";
import type { JsonSchema, Template } from "../../document/definition.ts";
import { joinPointer } from "../../document/json-pointer.ts";
import type { ExpressionTypes } from "../../expressions/expression.ts";
import { schemaOfValue, unionOf } from "../../expressions/json-types.ts";
import { splitTemplate } from "../../expressions/template.ts";
import type { Checking } from "../findings.ts";

/** What is known of the data at one place: null is anything. */
export type DataTypes = { input: JsonSchema | null; context: JsonSchema | null; variables: Readonly<Record<string, JsonSchema | null>> };

export function joinTypes(left: DataTypes, right: DataTypes): DataTypes {
  return { input: unionOf([left.input, right.input]), context: unionOf([left.context, right.context]), variables: left.variables };
}

/** Checks every expression of a template and gives the schema of its value. */
export function typeTemplate(checking: Checking, template: Template, pointer: string, types: DataTypes, output: JsonSchema | null = null): JsonSchema | null {
  if (typeof template === "string") return typeText(checking, template, pointer, types, output);
  if (Array.isArray(template)) return { type: "array", items: unionOf(template.map((item, index) => typeTemplate(checking, item, joinPointer(pointer, index), types, output))) ?? {} };
  if (typeof template !== "object" || template === null) return schemaOfValue(template);
  return { type: "object", properties: Object.fromEntries(Object.entries(template).map(([key, value]) => [key, typeTemplate(checking, value, joinPointer(pointer, key), types, output) ?? {}])) };
}

function typeText(checking: Checking, text: string, pointer: string, types: DataTypes, output: JsonSchema | null): JsonSchema | null {
  if (!text.includes("${")) return { type: "string", const: text };
  const parts = splitTemplate(text);
  const schemas = parts.map((part) => (part.kind === "text" ? { type: "string" } : typeExpression(checking, part.source, pointer, types, output)));
  return parts.length === 1 ? (schemas[0] ?? null) : { type: "string" };
}

function typeExpression({ source, environment, report }: Checking, expression: string, pointer: string, types: DataTypes, output: JsonSchema | null): JsonSchema | null {
  const given: ExpressionTypes = { ...types, output, secrets: source.definition.use.secrets };
  const { faults, result } = environment.languages[source.definition.language].check(expression, given);
  for (const { message, offset } of faults) report({ rule: "expression", severity: "error", pointer, message: `\`${excerpt(expression, 100)}\`: ${message}`, advice: "Correct the expression, or the schema it is checked against." }, { text: expression, offset: offset ?? 0 });
  return result;
}
