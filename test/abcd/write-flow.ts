import { stringify } from "yaml";
import type { Action, Flow } from "./read-handbook.ts";

/** Actions that move money: a person approves each. */
export const MONEY: ReadonlySet<string> = new Set(["offer-refund", "make-purchase"]);

/**
 * A flow as a workflow: it waits for the actions that a colleague asks for in this case, makes the one whose turn it is, and
 * refuses every other by name. So no action can be made before those that the handbook puts in front of it.
 */
export function writeFlow(flow: Flow, actions: readonly Action[]): string {
  const tasks = flow.actions.flatMap((name, place) => stepsOf(name, place, actions.find((each) => each.name === name)));
  return stringify({
    document: { dsl: "1.0.3", namespace: "abcd", name: flow.name.replaceAll("_", "-"), version: "1.0.0", title: flow.name.replaceAll("_", " "), summary: `Required: ${flow.actions.join(", ")}.` },
    evaluate: { language: "cel" },
    input: { schema: { document: { type: "object", required: ["case"], properties: { case: { type: "string" } } } } },
    timeout: { after: "P30D" },
    do: [{ remember: { set: { case: "${ input.case }", made: [] }, export: { as: "${ output }" } } }, ...tasks, { done: { set: { made: "${ context.made }" } } }],
  });
}

function stepsOf(name: string, place: number, action: Action | undefined): Record<string, unknown>[] {
  const id = `${place + 1} ${name}`;
  const call = `\${ {"case": context.case, "made": context.made + ["${name}"]} }`;
  const given = Object.fromEntries((action?.slots ?? []).map((slot) => [slot, `\${ context.values.?${slot}.orValue("") }`]));
  const isMoney = MONEY.has(name);
  const approval: Record<string, unknown>[] = isMoney
    ? [
        { [`approve ${id}`]: { call: "approve", with: { tool: name, arguments: given, reason: `The flow comes to ${name}.` } } },
        { [`is ${id} approved`]: { switch: [{ approved: { when: "${ input.isApproved }", then: id } }, { refused: { then: "end" } }] } },
      ]
    : [];
  return [
    { [`wait for ${id}`]: { listen: { to: { one: { with: { type: "action.requested" }, correlate: { case: { from: "${ input.data.case }", expect: "${ context.case }" } } } } } } },
    { [`is it ${id}`]: { switch: [{ due: { when: `\${ input[0].action == "${name}" }`, then: `take ${id}` } }, { early: { then: `refuse before ${id}` } }] } },
    { [`refuse before ${id}`]: { emit: { event: { with: { source: "https://abcd.example", type: "action.refused", data: { case: "${ context.case }", asked: "${ input[0].action }", due: name } } } }, then: `wait for ${id}` } },
    { [`take ${id}`]: { set: { case: "${ context.case }", made: "${ context.made }", values: "${ input[0].values }" }, export: { as: "${ output }" } } },
    ...approval,
    {
      [id]: {
        call: "tool",
        with: { tool: name, arguments: given, ...(isMoney ? { approval: "${ input.approvalId }" } : {}), undo: { tool: "take-back", arguments: { action: name } } },
        export: { as: call },
      },
    },
  ];
}
