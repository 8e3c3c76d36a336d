import { ASSISTANT, permittedAudiences } from "../../conversation/stages/authorize.ts";
import type { ContactActor, StaffActor } from "../../identity/actor.ts";
import { readContact } from "../../identity/contact.store.ts";
import { mayShowQuotes } from "../../knowledge/get-document.ts";
import type { Citation } from "../../shapes/conversation.ts";
import type { App } from "../app.ts";
import { principalOf } from "../principal-of.ts";

type Cited = { citations: readonly Citation[] };
type Deps = Pick<App, "database" | "policy" | "workspace">;

/**
 * What was said stays as it was said, but a citation (title, heading, quote) is shown only to those who may read its article today: one
 * that was closed to the reader since is left out.
 */
export async function openToStaff<Each extends Cited>(app: Deps, actor: StaffActor, messages: readonly Each[]): Promise<Each[]> {
  return withOpenCitations(app, actor.tenantId, messages, () => Promise.resolve(permittedAudiences({ policy: app.policy, audiences: app.workspace.audiences }, principalOf(actor), {})));
}

/** The same for the contact, who sees what the AI may see on their behalf. */
export async function openToContact<Each extends Cited>(app: Deps, { tenantId, contactId, channel }: Pick<ContactActor, "tenantId" | "contactId"> & { channel: string }, messages: readonly Each[]): Promise<Each[]> {
  return withOpenCitations(app, tenantId, messages, async () => {
    const contact = await readContact(app.database, tenantId, contactId);
    return permittedAudiences({ policy: app.policy, audiences: app.workspace.audiences }, ASSISTANT, { channel, isVerified: contact?.isVerified === true });
  });
}

async function withOpenCitations<Each extends Cited>(app: Deps, tenantId: string, messages: readonly Each[], audiencesOf: () => Promise<string[]>): Promise<Each[]> {
  const citations = messages.flatMap((message) => message.citations);
  if (citations.length === 0) return [...messages];
  const may = await mayShowQuotes(app, { tenantId, audiences: await audiencesOf(), quotes: citations });
  const open = new Set(citations.filter((_, place) => may[place] === true));
  return messages.map((message) => ({ ...message, citations: message.citations.filter((citation) => open.has(citation)) }));
}
