export type PolicyTab = "ladder" | "rules" | "ask";
/** `rule`: the policy that is shown first. */
export type PolicySearch = { tab?: PolicyTab; rule?: string };

/** What the address of the page says; anything else in it is dropped. */
export function readPolicySearch({ tab, rule }: Record<string, unknown>): PolicySearch {
  return { ...(tab === "rules" || tab === "ask" ? { tab } : {}), ...(typeof rule === "string" && rule !== "" ? { rule } : {}) };
}
