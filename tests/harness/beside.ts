/**
 * Does two things at the same time. The first is begun here: if it failed before anybody waited for it, the
 * error would end the process as unhandled.
 *
 * @returns the result of the first
 * @throws the error of the first, which makes the second pointless; otherwise that of the second
 */
export async function beside<T>(first: () => Promise<T>, second: () => Promise<void>): Promise<T> {
  const [outcome, done] = await Promise.allSettled([first(), second()]);
  if (outcome.status === "rejected") throw outcome.reason;
  if (done.status === "rejected") throw done.reason;
  return outcome.value;
}
