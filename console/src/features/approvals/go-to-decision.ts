/** To the button of the call that has the focus, else of the first one; pressing it stays a deed of its own. */
export function goToDecision(list: HTMLElement | null, decision: "approved" | "refused"): void {
  const card = document.activeElement?.closest("[data-list-item]") ?? list;
  card?.querySelector<HTMLElement>(`[data-decision="${decision}"]`)?.focus();
}
