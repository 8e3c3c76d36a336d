import type { AutonomyRuleView, LevelName, PolicyRuleView, PolicyTriedView, RungName } from "../../../../src/shapes/policy.ts";
import { sayCode } from "../../lib/format.ts";
import type { Tone } from "../../ui/badge.tsx";
import type { StateWords } from "../../ui/state-badge.tsx";

/** Lowest first. `note`: what happens with an answer, and with a call that policies allow. */
export const LEVELS: readonly { level: LevelName; words: string; tone: Tone; note: string }[] = [
  { level: "off", words: "Off", tone: "bad", note: "The assistant makes no call and writes no answer: people do it." },
  { level: "suggest", words: "Suggest", tone: "neutral", note: "It looks things up and suggests an answer and steps; a person writes and does them." },
  { level: "draft", words: "Draft", tone: "accent", note: "It looks things up and drafts the answer; a person sends it, and does what changes something." },
  { level: "act_with_approval", words: "Act with approval", tone: "warn", note: "People are asked before it acts." },
  { level: "act", words: "Act", tone: "good", note: "It acts by itself." },
];

export function levelWords(level: LevelName): (typeof LEVELS)[number] {
  return LEVELS.find((each) => each.level === level) ?? { level, words: level, tone: "neutral", note: "" };
}

export function heightOf(level: LevelName): number {
  return LEVELS.findIndex((each) => each.level === level);
}

/** What is left when this rung is closed. */
export function belowRung(rung: RungName): LevelName {
  return LEVELS[heightOf(rung) - 1]?.level ?? "off";
}

/** Minor units of the workspace's currency, which the ladder does not name: 5000 → "50". */
export function sayAmount(cents: number): string {
  return (cents / 100).toLocaleString("en", { minimumFractionDigits: cents % 100 === 0 ? 0 : 2 });
}

/** Where a rule counts: "Refund order, on web, for money, up to 50". */
export function sayCase({ intents, channels, risks, amountUpToCents }: Pick<AutonomyRuleView, "intents" | "channels" | "risks" | "amountUpToCents">): string {
  const parts = [
    intents === null ? "" : intents.map(sayCode).join(", "),
    channels === null ? "" : `on ${channels.join(", ")}`,
    risks === null ? "" : `risk ${risks.join(", ")}`,
    amountUpToCents === null ? "" : `up to ${sayAmount(amountUpToCents)}`,
  ].filter((part) => part !== "");
  const words = parts.join(", ") || "everything";
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** "3 of 40 (7.5 %)"; null before the first outcome. */
export function sayOverrides({ outcomes, overridden }: Pick<AutonomyRuleView, "outcomes" | "overridden">): string | null {
  return outcomes === 0 ? null : `${overridden} of ${outcomes} (${sayRate(overridden / outcomes)})`;
}

export function sayRate(rate: number): string {
  return `${Number((100 * rate).toFixed(1))} %`;
}

/** How the last change of a rule came: by its measure up or down, or by somebody; null when baton.yaml still counts. */
export function sayMove({ by, from, level }: Pick<AutonomyRuleView, "by" | "from" | "level">): "promoted" | "demoted" | "set" | null {
  if (by === null) return null;
  if (by !== "system:autonomy" || from === null) return "set";
  return heightOf(level) > heightOf(from) ? "promoted" : "demoted";
}

const KINDS: Record<string, string> = { AiAgent: "The assistant", Contact: "A customer", Employee: "An employee", HumanAgent: "A colleague at the desk", ApiKey: "Another system, by its API key" };

/** "HumanAgent", with the groups "Role admin" → "A colleague at the desk in the role admin". */
export function sayPrincipal(principal: string, groups: readonly string[] = []): string {
  const [kind = "", ...name] = principal.split(" ");
  const who = `${KINDS[kind] ?? sayCode(kind)}${name.length === 0 ? "" : ` (${name.join(" ")})`}`;
  return groups.length === 0 ? who : `${who} in ${groups.map(sayGroup).join(" and ")}`;
}

export function sayGroup(group: string): string {
  const [kind = "", ...name] = group.split(" ");
  return `the ${sayCode(kind).toLowerCase()} ${name.join(" ")}`;
}

const ACTIONS: Record<string, string> = { useTool: "Use a tool", readAudience: "Read articles for", approve: "Approve a call of", changePolicy: "Change the policies of", export: "Take data out of" };

export function sayAction(action: string): string {
  return ACTIONS[action] ?? sayCode(action);
}

/** What a policy is about by its head: "The assistant · Use a tool · refund_order". */
export function sayHead({ who, actions, what }: Pick<PolicyRuleView, "who" | "actions" | "what">): string {
  const head = who === null ? "Everybody" : sayWho(who);
  const act = actions.length === 0 ? "Everything" : actions.map(sayAction).join(", ");
  return `${head} · ${act} · ${what === null ? "any" : what.replace(/^(Tool|Audience) /, "")}`;
}

/** "AiAgent", "HumanAgent in Role admin", "in Role admin". */
function sayWho(who: string): string {
  const [, kind = "", group] = /^(.*?)(?:(?:^| )in (.+))?$/.exec(who) ?? [];
  if (group === undefined) return sayPrincipal(kind);
  return kind === "" ? `Everybody in ${sayGroup(group)}` : sayPrincipal(kind, [group]);
}

/** What a policy does, in a word. */
export function sayRuleEffect({ effect, approval, needsPerson }: Pick<PolicyRuleView, "effect" | "approval" | "needsPerson">): StateWords {
  if (approval !== null) return { words: effect === "permit" ? "Allows after approval" : "Stops until approved", sign: "◔", tone: "warn" };
  if (effect === "permit") return { words: "Allows", sign: "✓", tone: "good" };
  return needsPerson ? { words: "Leaves it to a person", sign: "→", tone: "warn" } : { words: "Forbids", sign: "✕", tone: "bad" };
}

export function sayDecision({ effect, needsPerson }: Pick<PolicyTriedView, "effect" | "needsPerson">): StateWords {
  if (effect === "allow") return { words: "Allowed", sign: "✓", tone: "good" };
  if (effect === "approve") return { words: "People are asked first", sign: "◔", tone: "warn" };
  return needsPerson ? { words: "Denied: a person may do it", sign: "→", tone: "warn" } : { words: "Denied", sign: "✕", tone: "bad" };
}

/** A path as a label: "context.facts.daysSinceDelivery" → "Days since delivery"; "principal.isVerified" → "Is verified (who asks)". */
export function sayPath(path: string): string {
  const [root, ...names] = path.split(".");
  const words = sayCode(names.at(-1) ?? path).replace(/ cents$/, " (cents)");
  return root === "principal" ? `${words} (who asks)` : root === "resource" ? `${words} (what is asked for)` : words;
}
