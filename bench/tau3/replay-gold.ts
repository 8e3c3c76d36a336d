import { isDeepStrictEqual } from "node:util";
import { createCedarPolicy } from "../../src/policy/adapters/cedar.ts";
import type { Tool } from "../../src/tools/tool.ts";
import type { ToolCallRecord } from "../../src/tools/tool-call.store.ts";
import { changesOf, isSameChange } from "./compare.ts";
import type { Domain, GoldCall, GoldTask } from "./data-set.ts";
import { createCaller, type House } from "./house.ts";
import { listChanged, readState, replaceTables, resetTables, type State } from "./record.store.ts";

export type Replayed = { calls: number; equalResults: number; tasks: number; equalStates: number; faults: string[] };

type Replay = { domain: Domain; tools: readonly Tool[]; tasks: readonly GoldTask[]; hashOf: ((state: State) => string) | null; /** Where tasks begin with records of their own. */ stateOf?(taskId: string): State };

/**
 * Every reference call of a domain through `callTool`, each task on the database as it was at the start, under a policy that allows all.
 * A result is equal when it is the reference's text, or the same JSON; a state, when the same places differ in the same way
 * and, where the data give it, the hash of the whole database is the same.
 */
export async function replayGold(house: House, { domain, tools, tasks, hashOf, stateOf }: Replay): Promise<Replayed> {
  const call = createCaller(house, tools, createCedarPolicy({ policies: "permit (principal, action, resource);", schema: null }));
  const replayed: Replayed = { calls: 0, equalResults: 0, tasks: 0, equalStates: 0, faults: [] };
  for (const task of tasks) {
    await (stateOf === undefined ? resetTables(house.sql, domain) : replaceTables(house.sql, domain, stateOf(task.task_id)));
    for (const expected of task.calls) {
      const record = await call(expected);
      replayed.calls += 1;
      if (isExpected(record, expected)) replayed.equalResults += 1;
      else replayed.faults.push(`${domain} ${task.task_id} ${expected.name}(${JSON.stringify(expected.arguments).slice(0, 300)}): ${JSON.stringify(answerOf(record)).slice(0, 200)} instead of ${(expected.error ?? expected.result ?? "").slice(0, 200)}`);
    }
    replayed.tasks += 1;
    const fault = await stateFault(house, domain, task, hashOf);
    if (fault === null) replayed.equalStates += 1;
    else replayed.faults.push(`${domain} ${task.task_id} state: ${fault}`);
  }
  return replayed;
}

function isExpected(record: ToolCallRecord, expected: GoldCall): boolean {
  const answer = answerOf(record);
  if (expected.error !== undefined) return "error" in answer && `ValueError: ${answer.error}` === expected.error;
  if (!("output" in answer) || expected.result === null) return false;
  return answer.output === expected.result || (typeof answer.output !== "string" && isDeepStrictEqual(answer.output, JSON.parse(expected.result)));
}

function answerOf({ status, output, reason, say }: ToolCallRecord): { output: unknown } | { error: string } {
  if (status === "ok") return { output };
  return { error: (status === "not_found" ? say : reason) ?? status };
}

async function stateFault(house: House, domain: Domain, task: GoldTask, hashOf: ((state: State) => string) | null): Promise<string | null> {
  const changes = changesOf(await listChanged(house.sql, domain));
  if (!isSameChange(changes, task.db_diff)) return `${JSON.stringify(changes).slice(0, 300)} instead of ${JSON.stringify(task.db_diff).slice(0, 300)}`;
  if (hashOf === null || task.gold_db_sha256 === undefined) return null;
  return hashOf(await readState(house.sql, domain)) === task.gold_db_sha256 ? null : "another hash";
}

