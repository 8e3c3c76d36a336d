import type { StaffActor } from "../identity/actor.ts";
import type { PolicyEntity } from "../policy/policy.ts";

/** Staff as policies see them: people with the roles they are in, other systems by their key. */
export function principalOf(actor: StaffActor): PolicyEntity {
  return actor.kind === "user" ? { type: "HumanAgent", id: actor.userId, parents: [{ type: "Role", id: actor.role }] } : { type: "ApiKey", id: actor.keyId };
}
