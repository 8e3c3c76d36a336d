import { AppError } from "../../../lib/app-error.ts";
import type { Tool } from "../../../tools/tool.ts";
import type { CloudEvent } from "../../events/cloud-event.ts";
import { durationMs } from "../../functions/define-function.ts";
import type { FaultKind, ToolAnswer, WorkflowTest } from "../test-file.ts";
import type { VirtualEngine } from "../virtual/virtual-engine.ts";
import type { VirtualTime } from "../virtual/virtual-time.ts";

export type ScriptedCall = { tool: string; arguments: Record<string, unknown> };
export type GivenApproval = { status: "approved" | "refused" | "expired" | "waiting"; callHash: string; usedBy: string | null; comment: string | null };

/** What a run did to the world of its test. */
export type Happened = {
  effects: ScriptedCall[];
  undone: ScriptedCall[];
  approvals: ScriptedCall[];
  replies: string[];
  handoffs: string[];
  notices: Record<string, unknown>[];
  requests: string[];
  events: CloudEvent[];
  /** What the test does not provide for. */
  problems: string[];
};

/** The world of one test: what it answers, and what has happened in it. */
export type Script = {
  test: WorkflowTest;
  time: VirtualTime;
  engine: () => VirtualEngine;
  tools: ReadonlyMap<string, Tool>;
  happened: Happened;
  given: Map<string, GivenApproval>;
  /** Outcomes by call id: a call is made once. */
  calls: Map<string, unknown>;
  /** Answers that wait for people, by call id. */
  asked: Map<string, ToolAnswer>;
  /** Places of the answers over HTTP that were given. */
  answered: Set<number>;
  /** The next answer under this name; null, and a problem, when the test has none. */
  next<Answer>(what: string, answers: Answer | readonly Answer[] | undefined): Answer | null;
  /** What was given and never asked for. */
  leftOver(): string[];
};

export function createScript(deps: Pick<Script, "test" | "time" | "engine" | "tools">): Script {
  const taken = new Map<string, number>();
  const answered = new Set<number>();
  const happened: Happened = { effects: [], undone: [], approvals: [], replies: [], handoffs: [], notices: [], requests: [], events: [], problems: [] };
  return {
    ...deps, happened, given: new Map(), calls: new Map(), asked: new Map(), answered,
    next<Answer>(what: string, answers: Answer | readonly Answer[] | undefined): Answer | null {
      const count = taken.get(what) ?? 0;
      taken.set(what, count + 1);
      const list = answers === undefined ? [] : isList(answers) ? answers : null;
      if (list === null) return isList(answers) ? null : (answers ?? null);
      const found = list[count];
      if (found === undefined) happened.problems.push(list.length === 0 ? `The test gives no answer for ${what}.` : `The test gives ${list.length} answers for ${what}, and call ${count + 1} was made.`);
      return found ?? null;
    },
    leftOver() {
      const { test } = deps;
      const lists: [string, unknown][] = [["contact", test.contact], ["approvals", test.approvals], ...Object.entries(test.tools).map(([name, list]): [string, unknown] => [`tool ${name}`, list]), ...Object.entries(test.answers).map(([name, list]): [string, unknown] => [`function ${name}`, list])];
      const unasked = test.http.flatMap(({ method, url }, place) => (answered.has(place) ? [] : [`The test gives an answer for ${method} ${url}, which was never called.`]));
      return unasked.concat(lists.flatMap(([what, list]) => {
        const count = taken.get(what) ?? 0;
        if (Array.isArray(list) && list.length > count) return [`The test gives ${list.length} answers for ${what}, and ${count} were asked for.`];
        return !Array.isArray(list) && count === 0 ? [`The test gives an answer for ${what}, which was never called.`] : [];
      }));
    },
  };
}

function isList<Answer>(answers: Answer | readonly Answer[] | undefined): answers is readonly Answer[] {
  return Array.isArray(answers);
}

/** Nothing was scripted: the test fails whatever the workflow makes of it. */
export function notScripted(what: string): AppError {
  return new AppError({ code: "workflows.test_silent", status: 500, message: `The test gives no answer for ${what}.` });
}

/** A fault as it looks from inside a step: time goes by first where nothing answers. */
export async function sufferFault(script: Script, kind: FaultKind, timeoutMs: number, signal: AbortSignal): Promise<string> {
  if (kind === "timeout") {
    await script.time.pass(timeoutMs, signal);
    return `it did not answer within ${timeoutMs} ms`;
  }
  return kind === 500 ? "it broke (500)" : "The system answered in another shape than its contract.";
}

/** Resolves an external after some time. */
export function resolveAfter(script: Script, externalId: string, after: string, prepare: () => unknown): void {
  script.time.at(script.time.nowMs() + durationMs(after), () => void script.engine().resolve(externalId, prepare()));
}
