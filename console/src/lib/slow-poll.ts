/** How often a page asks again by itself for what the event stream tells it at once: only in case an event was lost. */
export const SLOW_POLL_MS = 60_000;
