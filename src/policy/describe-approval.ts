import { either } from "../lib/either.ts";
import type { ApprovalRule } from "./policy.ts";

/** `2 people of role team-lead, and anna@example.com, within 4 h`. */
export function describeApproval({ groups, deadlineMs }: ApprovalRule): string {
  const parts = groups.map(({ anyOf, people }) => `${people === 1 ? "" : `${people} of `}${either(anyOf.map((each) => (each.kind === "role" ? `role ${each.role}` : each.user)))}`);
  return `${parts.join(" and ")}${deadlineMs === null ? "" : ` within ${durationText(deadlineMs)}`}`;
}

function durationText(ms: number): string {
  const [unit, size] = [["d", 86_400_000], ["h", 3_600_000], ["min", 60_000]].find(([, each]) => ms % Number(each) === 0) ?? ["s", 1_000];
  return `${ms / Number(size)} ${unit}`;
}
