/** For tests: what a piece of work costs by itself. */

/** Milliseconds of the processor that this thread has had. What others take of the machine is no fault of the work. */
export function spentMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
