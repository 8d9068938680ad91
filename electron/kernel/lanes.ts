/** Work that must not overlap: one task at a time for each key, first come first served; different keys run side by side. */

export interface Lanes {
  /**
   * Runs `task` when all earlier tasks of this key are done, and answers as it does. A failing task does not stop the
   * lane. A signal that aborts while the task still waits takes it out of the queue (rejects with the signal's reason);
   * a task that has started must watch the signal itself: the lane stays its own until it ends.
   */
  run<T>(key: string, task: () => Promise<T> | T, options?: { readonly signal?: AbortSignal }): Promise<T>;
  /** Tasks waiting or running for the key. */
  depth(key: string): number;
  /** Keys with work; idle keys hold no memory. */
  readonly size: number;
}

export function createLanes(): Lanes {
  /** The running task stands first in its queue. */
  const queues = new Map<string, Array<() => Promise<void>>>();

  const drain = async (key: string, queue: Array<() => Promise<void>>): Promise<void> => {
    for (let next = queue[0]; next; next = queue[0]) {
      await next();
      queue.shift();
    }
    queues.delete(key);
  };

  return {
    run<T>(key: string, task: () => Promise<T> | T, options?: { readonly signal?: AbortSignal }): Promise<T> {
      const signal = options?.signal;
      if (signal?.aborted) return Promise.reject(signal.reason);
      const { promise, resolve, reject } = Promise.withResolvers<T>();
      const queue = queues.get(key) ?? [];
      const entry = async (): Promise<void> => {
        signal?.removeEventListener('abort', leave);
        try {
          resolve(await task());
        } catch (error) {
          reject(error);
        }
      };
      const leave = (): void => {
        const at = queue.indexOf(entry);
        if (at > 0) queue.splice(at, 1);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', leave, { once: true });
      queue.push(entry);
      if (!queues.has(key)) {
        queues.set(key, queue);
        void drain(key, queue);
      }
      return promise;
    },
    depth: (key) => queues.get(key)?.length ?? 0,
    get size() {
      return queues.size;
    },
  };
}
