import { createCedarPolicy } from "../../../src/policy/adapters/cedar.ts";
import type { Policy } from "../../../src/policy/policy.ts";
import type { Tool } from "../../../src/tools/tool.ts";
import type { GoldTask } from "../data-set.ts";
import { createCaller, type House } from "../house.ts";
import { resetTables } from "../record.store.ts";

/** `rightWrites`: reference writes that take effect; `refused`: those that the shop itself does not take, by the reference as well. `foreign`: the same calls in a conversation with another customer. */
export type JudgedReferences = { tasks: number; foreign: number; foreignStopped: number; rightWrites: number; blocked: { task: string; tool: string; rules: string[] }[]; refused: number };

/**
 * The reference solutions of the shop's tasks under its policy, each for its own customer, identified and agreed: every write that the shop
 * takes is right, so each that the policy stops is wrongly blocked.
 */
export async function judgeReferences({ house, tools, policy }: { house: House; tools: readonly Tool[]; policy: Policy }, tasks: readonly GoldTask[]): Promise<JudgedReferences> {
  const free = createCaller(house, tools, createCedarPolicy({ policies: "permit (principal, action, resource);", schema: null }));
  const bound = createCaller(house, tools, policy);
  const judged: JudgedReferences = { tasks: tasks.length, foreign: 0, foreignStopped: 0, rightWrites: 0, blocked: [], refused: 0 };
  for (const [at, task] of tasks.entries()) {
    const other = tasks.slice(at).concat(tasks).find(({ user_id }) => user_id !== task.user_id)?.user_id ?? null;
    await resetTables(house.sql, "retail");
    for (const call of task.calls) {
      judged.foreign += 1;
      if ((await bound({ name: call.name, arguments: call.arguments, customer: other })).status === "denied") judged.foreignStopped += 1;
      const first = await bound({ name: call.name, arguments: call.arguments, customer: task.user_id ?? null });
      const made = first.status === "denied" ? await free(call) : first;
      if (made.status !== "ok") judged.refused += 1;
      else judged.rightWrites += 1;
      if (made.status === "ok" && first.status === "denied") judged.blocked.push({ task: task.task_id, tool: call.name, rules: first.rules });
    }
  }
  return judged;
}
