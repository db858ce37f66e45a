/**
 * Does two things at the same time. The first is begun here, since one that fails before anybody waits for it would
 * end the process as unhandled.
 *
 * @returns what the first comes to
 * @throws why the first failed, which has made the second pointless; otherwise why the second did
 */
export async function beside<T>(first: () => Promise<T>, second: () => Promise<void>): Promise<T> {
  const [outcome, done] = await Promise.allSettled([first(), second()]);
  if (outcome.status === "rejected") throw outcome.reason;
  if (done.status === "rejected") throw done.reason;
  return outcome.value;
}
