import { AppError, messageOf } from "../../lib/app-error.ts";
import { cut } from "../../lib/cut.ts";
import { ownValue } from "../../lib/own-value.ts";
import { expressionFailed, expressionInvalid, shorten } from "../expressions/expression.errors.ts";
import type { ExpressionFault, ExpressionLanguage, ExpressionScope, ExpressionTypes } from "../expressions/expression.ts";
import { type JqEngine, createJqEngine } from "./jq-engine.ts";
import { mayReadData } from "./jq-reads.ts";
import { createLateFilters, type LateFilters } from "./late-filters.ts";
import { checkSimpleJq, evaluateSimpleJq, parseSimpleJq } from "./jq-path.ts";

const TIMEOUT_MS = 2_000;
const MAX_KNOWN = 50_000;
const BATCH = 100;

/** Not the same on every run, or nothing to do with the data; a replay must see what the first run saw. */
const REFUSED = ["now", "input", "inputs", "env", "halt", "halt_error", "debug", "stderr", "input_filename", "input_line_number", "localtime", "strflocaltime"] as const;
const PRELUDE = REFUSED.map((name) => `def ${name}: error("\\"${name}\\" is not available in workflows${name === "now" ? "; use $workflow.startedAt" : ""}");`).join(" ");

/**
 * jq 1.7, the standard's default language. Paths and comparisons with constants are read directly; all else runs in a
 * thread of its own and ends after two seconds or 128 MB, whatever it does. This process waits meanwhile, so a filter that was
 * late three times is refused at once for a while, in the same words, which a replay needs.
 *
 * Shapes: `.` is `output` where the scope has one, else `input`; no result is null, several are an error.
 * Source: https://jqlang.org/manual/v1.7/
 */
export function createJq(options: { timeoutMs?: number } = {}): ExpressionLanguage {
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const engine = createJqEngine({ timeoutMs });
  const late = createLateFilters();
  const known = new Map<string, ExpressionFault | null>();
  return {
    name: "jq",
    compile(source) {
      const simple = parseSimpleJq(source);
      const names = namesIn(source);
      const reads = new Set([...names, ...(mayReadData(source) ? ["input"] : [])]);
      if (simple !== null) return { source, reads, evaluate: (scope) => failing(source, () => evaluateSimpleJq(simple, (variable) => valueOf(source, variable, scope))) };
      const fault = learn(engine, known, source);
      if (fault !== null) throw expressionInvalid({ message: `\`${shorten(source)}\`: ${fault.message}`, details: { expression: shorten(source) } });
      return { source, reads, evaluate: (scope) => run(engine, late, source, names, scope, timeoutMs) };
    },
    check(source, types) {
      const simple = parseSimpleJq(source);
      if (simple === null) {
        const fault = learn(engine, known, source);
        return { faults: fault === null ? unknownNames(source, types) : [fault], result: null };
      }
      const checked = checkSimpleJq(simple, (variable) => schemaOf(variable, types));
      const faults = checked.fault === null ? unknownNames(source, types) : [{ message: checked.fault, offset: null }];
      return { faults, result: faults.length > 0 ? null : checked.result };
    },
    prepare(sources) {
      const fresh = [...new Set(sources)].filter((source) => !known.has(source) && parseSimpleJq(source) === null);
      for (let at = 0; at < fresh.length; at += BATCH) prepareBatch(engine, known, fresh.slice(at, at + BATCH));
    },
  };
}

/** Many at once take no longer than one; when the batch is refused, each is asked alone. */
function prepareBatch(engine: JqEngine, known: Map<string, ExpressionFault | null>, batch: readonly string[]): void {
  const answer = engine.run(program(batch.map((source) => `(empty | (${source}\n))`).join(",\n"), [...new Set(batch.flatMap(namesIn))], []), "{}");
  if (answer.kind === "ok") for (const source of batch) remember(known, source, null);
}

function learn(engine: JqEngine, known: Map<string, ExpressionFault | null>, source: string): ExpressionFault | null {
  const found = known.get(source);
  if (found !== undefined) return found;
  if (source.trim() === "") return { message: "The expression is empty.", offset: null };
  const answer = engine.run(program(`(empty | (\n${source}\n))`, namesIn(source), []), "{}");
  const fault = answer.kind === "ok" ? null : { message: `${capital(answer.kind === "late" ? "it takes too long to read" : reasonOf(answer.reason))}.`, offset: null };
  return remember(known, source, fault);
}

function remember(known: Map<string, ExpressionFault | null>, source: string, fault: ExpressionFault | null): ExpressionFault | null {
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(source, fault);
  return fault;
}

function run(engine: JqEngine, late: LateFilters, source: string, names: readonly string[], scope: ExpressionScope, timeoutMs: number): unknown {
  const values = names.flatMap((name): [string, unknown][] => {
    const value = variableOf(name, scope);
    return value === undefined ? [] : [[name, value]];
  });
  // Names that the filter binds itself have no value here and stay its own.
  const answer = late.isRefused(source) ? ({ kind: "late" } as const) : engine.run(program(`[limit(2; (\n${source}\n))]`, [], values.map(([name]) => name)), JSON.stringify({ data: dataOf(scope), values: Object.fromEntries(values) }));
  if (answer.kind === "late" && !late.isRefused(source)) late.note(source);
  return failing(source, () => {
    if (answer.kind === "late") throw new Error(`it did not end within ${timeoutMs} ms and was stopped`);
    if (answer.kind === "failed") throw new Error(reasonOf(answer.reason));
    const results: unknown = answer.text === null ? [] : JSON.parse(answer.text, finite);
    if (!Array.isArray(results) || results.length > 1) throw new Error("it gives several results; gather them with [ ], or take one with first( )");
    return results[0] ?? null;
  });
}

/** `empty`: names without a value, only to make them known; `bound`: names that have one. */
function program(body: string, empty: readonly string[], bound: readonly string[]): string {
  const names = [...empty.map((name) => `null as $${name}`), ...bound.map((name) => `.values[${JSON.stringify(name)}] as $${name}`)];
  return `${PRELUDE} null as $ENV | ${names.map((name) => `${name} | `).join("")}.data | ${body}`;
}

/** Every name after a `$`, also those that the filter binds itself. */
function namesIn(source: string): string[] {
  return [...new Set([...source.matchAll(/\$([A-Za-z_]\w*)/g)].map((match) => match[1] ?? ""))].filter((name) => name !== "ENV" && !name.startsWith("__"));
}

function dataOf(scope: ExpressionScope): unknown {
  return (scope.output === undefined ? scope.input : scope.output) ?? null;
}

const OWN_NAMES = ["input", "context", "output", "secrets", "workflow", "task", "runtime"] as const;

function variableOf(name: string, scope: ExpressionScope): unknown {
  const own = OWN_NAMES.find((each) => each === name);
  return own === undefined ? ownValue(scope.variables, name) : (scope[own] ?? null);
}

function valueOf(source: string, variable: string | null, scope: ExpressionScope): unknown {
  if (variable === null) return dataOf(scope);
  const value = variableOf(variable, scope);
  if (value === undefined) throw expressionInvalid({ message: `\`${shorten(source)}\`: $${variable} is not defined.`, details: { expression: shorten(source) } });
  return value;
}

function schemaOf(variable: string | null, types: ExpressionTypes): ExpressionTypes["input"] {
  if (variable === null) return types.output ?? types.input;
  if (variable === "input" || variable === "context" || variable === "output") return types[variable];
  if (variable === "secrets" && types.secrets.length > 0) return { type: "object", properties: Object.fromEntries(types.secrets.map((name) => [name, {}])) };
  return ownValue(types.variables, variable) ?? null;
}

function unknownNames(source: string, types: ExpressionTypes): ExpressionFault[] {
  const bound = new Set([...source.matchAll(/\b(?:as|label)\b([^|(]*)/g), ...source.matchAll(/def\s+\w+\s*\(([^)]*)\)/g)].flatMap((match) => namesIn(match[1] ?? "")));
  const wrong = namesIn(source).find((name) => !OWN_NAMES.some((own) => own === name) && ownValue(types.variables, name) === undefined && !bound.has(name));
  return wrong === undefined ? [] : [{ message: `$${wrong} is not defined here.`, offset: source.indexOf(`$${wrong}`) }];
}

/** `jq: error (at inputString:0): Cannot index number with "b"`: the reason alone. */
function reasonOf(stderr: string): string {
  const line = stderr.split("\n").find((each) => each.startsWith("jq: error")) ?? stderr.split("\n")[0] ?? "";
  const reason = line.replace(/^jq: error(?: \(at [^)]*\))?:? ?/, "").replace(/ at <top-level>.*$/, "").replace(" (Unix shell quoting issues?)", "").replace(/\.$/, "");
  return cut(reason, 300);
}

/** jq knows larger numbers than JSON readers do. */
function finite(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? Math.sign(value) * Number.MAX_VALUE : value;
}

function failing(source: string, work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw expressionFailed({ message: `\`${shorten(source)}\`: ${messageOf(error)}.`, details: { expression: shorten(source) }, cause: error });
  }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
