/** Milliseconds of processor this process has used: what a test may hold a piece of work to, however busy the machine is. */
export function cpuNowMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
