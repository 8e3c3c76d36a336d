import { authenticateContact, authenticateStaff, type IdentityDeps } from "../../identity/authenticate.ts";
import { readContact } from "../../identity/contact.store.ts";
import { notAllowed } from "../../identity/identity.errors.ts";
import { tenantOfVisitorToken } from "../../identity/secret-token.ts";
import type { PolicyEntity } from "../../policy/policy.ts";
import type { CallToolInput } from "../../tools/call-tool.ts";
import { principalOf } from "../principal-of.ts";

/** Who speaks to Baton over MCP: another system by its key, or an agent of a contact with that contact's own token. */
export type McpCaller = { tenantId: string; principal: PolicyEntity; isVerified: boolean; contact: CallToolInput["contact"]; conversationId: string | null };

/** Throws `identity.*` (401); `identity.not_allowed` for a person's sign-in, which is the console's alone. */
export async function authenticateMcp(deps: IdentityDeps, token: string | undefined): Promise<McpCaller> {
  if (token === undefined || tenantOfVisitorToken(token) === null) {
    const actor = await authenticateStaff(deps, token);
    if (actor.kind === "user") throw notAllowed({ message: "Use an API key, or a contact's token." });
    return { tenantId: actor.tenantId, principal: principalOf(actor), isVerified: false, contact: null, conversationId: null };
  }
  const { tenantId, contactId, conversationId } = await authenticateContact(deps, token);
  const found = await readContact(deps.database, tenantId, contactId);
  const isVerified = found?.isVerified === true;
  const contact = found === null || found.email === null ? null : { contactId, email: found.email, externalId: found.externalId, isVerified };
  return { tenantId, principal: { type: "Contact", id: contactId, attributes: { isVerified } }, isVerified, contact, conversationId };
}
