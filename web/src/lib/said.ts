// Failures that a page shows beside a way to try again.
const shown = new Map<unknown, number>();
const listeners = new Set<() => void>();

/** From now on `error` is shown; call what is returned when it no longer is. */
export function saying(error: unknown): () => void {
  shown.set(error, (shown.get(error) ?? 0) + 1);
  for (const listener of listeners) listener();
  return () => {
    const left = (shown.get(error) ?? 1) - 1;
    if (left > 0) shown.set(error, left);
    else shown.delete(error);
    for (const listener of listeners) listener();
  };
}

export const isSaid = (error: unknown): boolean => shown.has(error);

/** The same has happened to something that says so. */
export const isSaidOfAnother = (error: Error): boolean => [...shown.keys()].some((one) => one instanceof Error && one.message === error.message);

export function onSaid(listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}
