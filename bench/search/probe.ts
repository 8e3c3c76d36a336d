/**
 * Watches this thread: the longest time the event loop was held, by the processor time between two beats of a 1 ms timer (so that other
 * programs of a busy machine do not count), and the largest resident memory.
 */
export function startProbe(): { stop(): { heldMs: number; delayMs: number; rssBytes: number } } {
  let heldMs = 0;
  let delayMs = 0;
  let rssBytes = process.memoryUsage.rss();
  let lastUs = usedUs();
  let lastMs = performance.now();
  const beat = setInterval(() => {
    const [nowUs, nowMs] = [usedUs(), performance.now()];
    heldMs = Math.max(heldMs, (nowUs - lastUs) / 1_000);
    delayMs = Math.max(delayMs, nowMs - lastMs);
    [lastUs, lastMs] = [nowUs, nowMs];
  }, 1);
  const memory = setInterval(() => {
    rssBytes = Math.max(rssBytes, process.memoryUsage.rss());
  }, 100);
  return {
    stop() {
      clearInterval(beat);
      clearInterval(memory);
      return { heldMs: Math.round(heldMs * 10) / 10, delayMs: Math.round(delayMs), rssBytes: Math.max(rssBytes, process.memoryUsage.rss()) };
    },
  };
}

function usedUs(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}
