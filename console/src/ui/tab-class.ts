/** How a link of a page's tabs looks; what is current is also said by `aria-current`. */
export function tabClass(isCurrent: boolean): string {
  return `border-b-2 px-2.5 pt-1 pb-2 text-sm whitespace-nowrap ${isCurrent ? "border-accent-ink font-medium text-ink" : "border-transparent text-ink-faint hover:text-ink"}`;
}
