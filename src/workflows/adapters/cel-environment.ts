import { Environment } from "@marcbachmann/cel-js";
import { compilePattern } from "../../lib/patterns/linear-pattern.ts";

const MAX_ITEMS_VISITED = 1_000_000;

/** Items that comprehensions inside comprehensions have visited in the evaluation under way; evaluations never overlap. */
let visited = 0;

/** Before each evaluation. */
export function resetBudget(): void {
  visited = 0;
}

/**
 * CEL with numbers that mix as JSON's do, and with a few functions more. What a contact's data could make run long is
 * bounded: nested comprehensions by `visit`, patterns by `matchesPattern` (both put in by `boundExpression`).
 */
export function createEnvironment(): Environment {
  const environment = new Environment({ unlistedVariablesAreDyn: true, homogeneousAggregateLiterals: false, enableOptionalTypes: true, limits: { maxAstNodes: 5_000, maxDepth: 100 } });
  for (const [left, right] of [["int", "double"], ["double", "int"], ["double", "double"], ["int", "int"]] as const) {
    const isMixed = left !== right;
    if (isMixed) for (const [sign, work] of Object.entries(ARITHMETIC)) environment.registerOperator(`${left} ${sign} ${right}`, work);
    if (left === "double" && right === "int") environment.registerOperator("double == int", (a: number, b: bigint) => a === Number(b));
    if (isMixed || left === "double") environment.registerOperator(`${left} % ${right}`, (a: number | bigint, b: number | bigint) => Number(a) % Number(b));
  }
  environment.registerFunction("string.replace(string, string): string", (text: string, from: string, to: string) => text.replaceAll(from, () => to));
  environment.registerFunction("string.matchesPattern(string): bool", matchesPattern);
  environment.registerFunction("visit(dyn): dyn", visit);
  environment.registerFunction("sum(list<dyn>): double", (list: readonly unknown[]) => numbers(list).reduce((total, number) => total + number, 0));
  environment.registerFunction("min(list<dyn>): double", (list: readonly unknown[]) => Math.min(...filled("min", list)));
  environment.registerFunction("max(list<dyn>): double", (list: readonly unknown[]) => Math.max(...filled("max", list)));
  for (const [name, work] of [["round", Math.round], ["floor", Math.floor], ["ceil", Math.ceil], ["abs", Math.abs]] as const) {
    environment.registerFunction(`${name}(double): double`, (value: number) => work(value));
    environment.registerFunction(`${name}(int): int`, (value: bigint) => BigInt(work(Number(value))));
  }
  return environment;
}

type Operand = number | bigint;
const ARITHMETIC: Readonly<Record<string, (left: Operand, right: Operand) => number>> = {
  "+": (left, right) => Number(left) + Number(right),
  "-": (left, right) => Number(left) - Number(right),
  "*": (left, right) => Number(left) * Number(right),
  "/": (left, right) => Number(left) / Number(right),
};

function numbers(list: readonly unknown[]): number[] {
  return list.map((item) => {
    if (typeof item !== "number" && typeof item !== "bigint") throw new Error(`the list holds ${item === null ? "null" : `a ${typeof item}`}, not only numbers`);
    return Number(item);
  });
}

function filled(name: string, list: readonly unknown[]): number[] {
  if (list.length === 0 || list.length > 100_000) throw new Error(`${name}() needs 1 to 100,000 numbers`);
  return numbers(list);
}

function visit(value: unknown): unknown {
  if (Array.isArray(value)) visited += value.length;
  else if (typeof value === "string") visited += value.length / 16;
  else visited += typeof value === "object" && value !== null ? Object.keys(value).length : 1;
  if (visited > MAX_ITEMS_VISITED) throw new Error(`its loops visit more than ${MAX_ITEMS_VISITED.toLocaleString("en")} items`);
  return value;
}

/** RE2's rules, as CEL has them: no look-around, no references back; time grows with the text only. */
function matchesPattern(text: string, pattern: string): boolean {
  return compilePattern(pattern).test(text);
}
