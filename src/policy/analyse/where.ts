import { actionsOf, type SchemaJson } from "../cedar/schema.ts";
import { tryReadRules, type Rule } from "../cedar/read-rules.ts";
import { questionInvalid } from "../policy.errors.ts";
import { attributeTypeAt, type PathOwner } from "./attribute-type.ts";

const KEYWORDS = new Set(["principal", "action", "resource", "context", "true", "false", "is", "in", "has", "like", "if", "then", "else"]);

/**
 * A condition of a question as a Cedar rule. Bare names are looked up in the context, then among the facts; `amount` with a
 * number is money in whole units (`amount > 100` asks for `context.amountCents > 10000`).
 * Throws `policy.question_invalid` naming what it does not know.
 */
export function readWhere(text: string, schema: SchemaJson, action: string): Rule {
  const applies = actionsOf(schema).get(action)?.appliesTo;
  const owner: PathOwner = { action, principalType: applies?.principalTypes[0] ?? "", resourceType: applies?.resourceTypes[0] ?? "" };
  const asCents = text.replace(/\bamount\s*(<=|>=|==|!=|<|>)\s*(\d+(?:\.\d{1,2})?)/g, (_whole, operator: string, number: string) => `amountCents ${operator} ${Math.round(Number(number) * 100)}`);
  const written = asCents.split(/("(?:[^"\\]|\\.)*")/).map((part, index) => (index % 2 === 1 ? part : part.replace(/(?<![\w.:])[A-Za-z_]\w*(?!\w*\s*(?:::|\())/g, (name) => pathOf(schema, owner, name)))).join("");
  const { rules: [rule], faults: [fault] } = tryReadRules([{ file: "condition", text: `permit (principal, action, resource) when { ${written} };` }]);
  if (fault !== undefined || rule === undefined) throw questionInvalid({ message: `The condition "${text}" cannot be read: ${fault?.message ?? "it is empty."}` });
  return rule;
}

function pathOf(schema: SchemaJson, owner: PathOwner, name: string): string {
  if (KEYWORDS.has(name) || Object.values(schema).some((namespace) => Object.hasOwn(namespace.entityTypes, name))) return name;
  for (const path of [`context.${name}`, `context.facts.${name}`]) if (attributeTypeAt(schema, owner, path) !== null) return path;
  throw questionInvalid({ message: `"${name}" is no attribute of the context or of the facts of "${owner.action}". Write a path, such as context.channel or principal.isVerified.` });
}
