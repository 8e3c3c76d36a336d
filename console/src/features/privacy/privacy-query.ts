import { queryOptions } from "@tanstack/react-query";
import type { HoldView, PersonView } from "../../../../src/shapes/privacy.ts";
import { fetchJson } from "../../lib/fetch-json.ts";

export function personQuery(contactId: string) {
  return queryOptions({ queryKey: ["privacy", "person", contactId], queryFn: ({ signal }) => fetchJson<PersonView>(`/api/privacy/contacts/${contactId}`, { signal }) });
}

/** `of`: a contact or a case. */
export function placeHold(of: string, reason: string): Promise<HoldView> {
  return fetchJson<HoldView>("/api/privacy/holds", { method: "POST", body: { of, reason } });
}

export function liftHold(id: string, reason: string): Promise<HoldView> {
  return fetchJson<HoldView>(`/api/privacy/holds/${id}/lift`, { method: "POST", body: { reason } });
}

/** Everything that is stored of the contact, as a file of this browser. */
export async function downloadPerson(contactId: string): Promise<void> {
  const all = await fetchJson<unknown>(`/api/privacy/contacts/${contactId}/export`, { method: "POST" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(all, null, 1)], { type: "application/json" }));
  link.download = `${contactId}.json`;
  link.click();
  // The browser has begun to read it by then.
  window.setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
