import type { StaffActor } from "./actor.ts";
import { notAllowed } from "./identity.errors.ts";

/** `conversations`: only what belongs to a conversation; all of a tenant's staff see all of its conversations. */
type Reach = "all" | "conversations" | "none";
type RightRow = Readonly<Record<"admin" | "agent" | "key", Reach>> & { /** Said to those who may not. */ otherwise: string };

/**
 * Who may do what to workflows, their runs, the autonomy ladder, the knowledge and what is known of people. To look at them every sign-in of staff is enough. `key`: an API key, which whoever
 * runs the installation has made. Which approvals a person may decide is said by each approval (`hasSay`).
 */
export const RIGHTS = {
  "workflows.check": { admin: "all", agent: "all", key: "all", otherwise: "" },
  "workflows.publish": { admin: "all", agent: "none", key: "all", otherwise: "Only admins may publish workflows." },
  "workflows.rollback": { admin: "all", agent: "none", key: "all", otherwise: "Only admins may take a publish back." },
  "runs.start": { admin: "all", agent: "conversations", key: "all", otherwise: "Agents start workflows for a conversation: say which one (conversationId), or ask an admin." },
  "runs.cancel": { admin: "all", agent: "conversations", key: "all", otherwise: "This run belongs to no conversation: only admins may stop it." },
  "runs.resume": { admin: "all", agent: "conversations", key: "all", otherwise: "This run belongs to no conversation: only admins may resume it." },
  "runs.retry": { admin: "all", agent: "conversations", key: "all", otherwise: "This run belongs to no conversation: only admins may start it again." },
  "approvals.decide": { admin: "all", agent: "all", key: "none", otherwise: "This is for people: sign in to the console." },
  "approvals.reassign": { admin: "all", agent: "all", key: "none", otherwise: "This is for people: sign in to the console." },
  "autonomy.set": { admin: "all", agent: "none", key: "none", otherwise: "Admins set how far the assistant may go: ask one, or sign in as one." },
  "autonomy.switch": { admin: "all", agent: "none", key: "none", otherwise: "Admins close and open the rungs of the ladder: ask one, or sign in as one." },
  "approvals.edit": { admin: "all", agent: "all", key: "none", otherwise: "This is for people: sign in to the console." },
  "approvals.deputize": { admin: "all", agent: "all", key: "none", otherwise: "This is for people: sign in to the console." },
  "knowledge.manage": { admin: "all", agent: "none", key: "all", otherwise: "Admins keep the knowledge: ask one, or sign in as one." },
  "understanding.correct": { admin: "all", agent: "all", key: "all", otherwise: "" },
  "understanding.learn": { admin: "all", agent: "none", key: "all", otherwise: "Admins let Baton learn corrections, and take that back: ask one, or sign in as one." },
  "routes.use": { admin: "all", agent: "none", key: "all", otherwise: "Admins choose which router answers: ask one, or sign in as one." },
  "routes.grade": { admin: "all", agent: "all", key: "all", otherwise: "" },
  "routes.evaluate": { admin: "all", agent: "none", key: "all", otherwise: "Admins let models grade answers, which costs money: ask one, or sign in as one." },
  "privacy.export": { admin: "all", agent: "none", key: "none", otherwise: "Admins give out what is stored of a person: ask one, or sign in as one." },
  "privacy.hold": { admin: "all", agent: "none", key: "none", otherwise: "Admins place and lift legal holds: ask one, or sign in as one." },
  "privacy.retain": { admin: "all", agent: "none", key: "none", otherwise: "Admins have data forgotten before their daily time: ask one, or sign in as one." },
  "events.send": { admin: "none", agent: "none", key: "all", otherwise: "This is for your systems: use an API key, or sign the event." },
} as const satisfies Record<string, RightRow>;

export type Right = keyof typeof RIGHTS;

/**
 * The actor, when it may do this at all. Where it may only within conversations, say what it is about.
 * Throws `identity.not_allowed`.
 */
export function allow<Actor extends StaffActor>(actor: Actor, right: Right, about?: { conversationId: string | null }): Actor {
  const row: RightRow = RIGHTS[right];
  const reach = row[actor.kind === "key" ? "key" : actor.role];
  if (reach === "none" || (reach === "conversations" && about?.conversationId === null)) throw notAllowed({ message: row.otherwise });
  return actor;
}
