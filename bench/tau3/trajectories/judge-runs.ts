import { createCedarPolicy } from "../../../src/policy/adapters/cedar.ts";
import type { Policy } from "../../../src/policy/policy.ts";
import type { Tool } from "../../../src/tools/tool.ts";
import { createCaller, type Caller, type House } from "../house.ts";
import { listChanged, resetTables } from "../record.store.ts";
import { isSameEnd, keyed, leavesAs, touchedBy, type End } from "./end-state.ts";
import { hear } from "./hear.ts";
import type { Hearing } from "./hearing.ts";
import { callsOf, type RecordedRun } from "./read-runs.ts";
import { openActions, takeAction, type Action, type Reference } from "./reference.ts";

/**
 * One write of a recorded run that changed something.
 *
 * `isRight`: it is one of the task's reference actions (same tool and arguments, each counted once), or all that it changed is left as
 * the reference leaves it in the end, or the run ends in the reference's end state altogether. Any other is wrong: something it
 * changed is not as the reference leaves it. `isDisputed`: the later release of the data corrected the task, and its reference says
 * otherwise about this write, or about an earlier one on the same record. `isConfirmed`: the customer's last message was a yes.
 */
export type JudgedWrite = { taskId: number; trial: number; hasPassed: boolean; tool: string; arguments: Record<string, unknown>; isRight: boolean; isDisputed: boolean; isConfirmed: boolean; stoppedBy: string[] };

/**
 * `refused`: writes that the system itself did not take. `withoutEffect`: they changed nothing. `otherEffects`: writes that took effect here
 * but not in the recording, or the other way round; `otherEnds`: passed runs that end here in another state than the reference.
 */
export type JudgedRuns = { runs: number; failedRuns: number; writes: JudgedWrite[]; refused: number; withoutEffect: number; otherEffects: number; otherEnds: number };

export type JudgeDeps = { house: House; tools: readonly Tool[]; policy: Policy; hearing: Hearing; /** The same customer's task in the later release. */ corrected: ReadonlyMap<number, readonly Action[]> };

/**
 * Replays recorded runs of the airline under a policy. Each write is judged in the state that the recording had: one that the
 * policy stops is noted and then made all the same under a policy that allows all, so that no later write is stopped for
 * what an earlier one lacks, and none counts as stopped because another was. The task's customer stands as signed in, as a verified contact does.
 */
export async function judgeRuns(deps: JudgeDeps, runs: readonly RecordedRun[]): Promise<JudgedRuns> {
  const callers = {
    free: createCaller(deps.house, deps.tools, createCedarPolicy({ policies: "permit (principal, action, resource);", schema: null })),
    bound: createCaller(deps.house, deps.tools, deps.policy),
  };
  const judged: JudgedRuns = { runs: runs.length, failedRuns: runs.filter(({ reward }) => reward < 1).length, writes: [], refused: 0, withoutEffect: 0, otherEffects: 0, otherEnds: 0 };
  const known = new Map<number, Reference[]>();
  for (const run of runs) {
    const references = known.get(run.task_id) ?? (await referencesOf(deps, callers.free, run));
    known.set(run.task_id, references);
    await judgeRun(deps, callers, references, run, judged);
  }
  return judged;
}

/** The run's own reference and, where the task was corrected, that one. */
async function referencesOf({ house, tools, corrected }: JudgeDeps, free: Caller, run: RecordedRun): Promise<Reference[]> {
  const own = run.info.task.actions.map(({ name, kwargs }) => ({ name, arguments: kwargs }));
  const later = corrected.get(run.task_id);
  const references: Reference[] = [];
  for (const all of later === undefined ? [own] : [own, later]) {
    const actions = all.filter(({ name }) => isWrite(tools, name));
    await resetTables(house.sql, "airline");
    for (const action of actions) await free(action);
    references.push({ actions, end: keyed(await listChanged(house.sql, "airline")) });
  }
  return references;
}

async function judgeRun({ house, tools, hearing }: JudgeDeps, { free, bound }: { free: Caller; bound: Caller }, references: readonly Reference[], run: RecordedRun, judged: JudgedRuns): Promise<void> {
  await resetTables(house.sql, "airline");
  const open = references.map(openActions);
  const writes: (Omit<JudgedWrite, "isRight" | "isDisputed"> & { fits: boolean[]; touched: string[] })[] = [];
  let before: End = keyed([]);
  for (const { name, arguments: given, answer, before: messages } of callsOf(run).filter((each) => isWrite(tools, each.name))) {
    Object.assign(hearing, hear(messages));
    const first = await bound({ name, arguments: given, customer: run.info.task.user_id });
    const made = first.status === "denied" ? await free({ name, arguments: given }) : first;
    if ((made.status === "ok") === answer.startsWith("Error")) judged.otherEffects += 1;
    const after = keyed(await listChanged(house.sql, "airline"));
    if (made.status !== "ok") judged.refused += 1;
    else if (isSameEnd(before, after)) judged.withoutEffect += 1;
    else {
      const fits = references.map(({ end }, at) => takeAction(open[at] ?? [], { name, arguments: given }) || leavesAs(end, before, after));
      writes.push({ taskId: run.task_id, trial: run.trial, hasPassed: run.reward === 1, tool: name, arguments: given, fits, touched: touchedBy(before, after), isConfirmed: hearing.isConfirmed, stoppedBy: first.status === "denied" ? first.rules : [] });
    }
    before = after;
  }
  const ends = references.map(({ end }) => isSameEnd(before, end));
  if (run.reward === 1 && ends[0] !== true) judged.otherEnds += 1;
  const disputed = new Set<string>();
  for (const { fits, touched, ...write } of writes) {
    const [isRight = false, isRightLater = isRight] = fits.map((fit, at) => fit || ends[at] === true);
    if (isRight !== isRightLater) for (const id of touched) disputed.add(id);
    judged.writes.push({ ...write, isRight, isDisputed: touched.some((id) => disputed.has(id)) });
  }
}

function isWrite(tools: readonly Tool[], name: string): boolean {
  return tools.some((tool) => tool.name === name && tool.risk !== "read");
}
