/** A small drawer in the browser's own database: what a person wrote and nobody has taken yet. Never rows of the hub. */

export interface Drawer<Value> {
  all(): Promise<readonly Value[]>;
  has(key: string): Promise<boolean>;
  put(key: string, value: Value): Promise<void>;
  remove(key: string): Promise<void>;
}

const NAME = 'quarterdeck';
const DRAWERS = ['outbox'] as const;

let opened: Promise<IDBDatabase> | null = null;

function database(): Promise<IDBDatabase> {
  opened ??= new Promise<IDBDatabase>((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      for (const drawer of DRAWERS) asked.result.createObjectStore(drawer);
    };
    asked.onsuccess = () => {
      const db = asked.result;
      // Another tab with a newer face wants to change it: hold nothing up.
      db.onversionchange = () => {
        db.close();
        opened = null;
      };
      resolve(db);
    };
    asked.onerror = () => reject(asked.error);
    asked.onblocked = () => reject(new Error('another tab holds the database'));
  });
  // A private window may refuse once and for all; a failure of the moment is tried again with the next use.
  opened.catch(() => {
    opened = null;
  });
  return opened;
}

async function run<Result>(
  drawer: string,
  mode: IDBTransactionMode,
  ask: (store: IDBObjectStore) => IDBRequest<Result>,
): Promise<Result> {
  const db = await database();
  return new Promise((resolve, reject) => {
    const change = db.transaction(drawer, mode);
    const request = ask(change.objectStore(drawer));
    // Only a finished transaction is on the disk; a request that went well may still be rolled back.
    change.oncomplete = () => resolve(request.result);
    change.onerror = () => reject(change.error ?? request.error);
    change.onabort = () => reject(change.error ?? new Error('the browser gave up'));
  });
}

export const drawer = <Value>(name: (typeof DRAWERS)[number]): Drawer<Value> => ({
  all: () => run<Value[]>(name, 'readonly', (store) => store.getAll()),
  has: async (key) => (await run(name, 'readonly', (store) => store.count(key))) > 0,
  put: async (key, value) => {
    await run(name, 'readwrite', (store) => store.put(value, key));
  },
  remove: async (key) => {
    await run(name, 'readwrite', (store) => store.delete(key));
  },
});
