// What is kept on this device until the server has said yes (IndexedDB): reports and steps of cases,
// each with the account that it belongs to. Photos lie apart, so that typing does not copy them.
export const box = document.getElementById("outbox");
export const owner = box.dataset.owner;

const opened = new Promise((found) => {
  try {
    const asked = indexedDB.open("cityloop-outbox", 1);
    asked.onupgradeneeded = () => ["reports", "photos"].forEach((name) => asked.result.createObjectStore(name, { keyPath: "key" }));
    asked.onsuccess = () => found(asked.result);
    asked.onerror = () => found(null);
  } catch { found(null); }
});

async function store(name, act, ...given) {
  const base = await opened;
  if (!base) throw new Error("this browser keeps nothing");
  const change = base.transaction(name, act.startsWith("get") ? "readonly" : "readwrite");
  const asked = change.objectStore(name)[act](...given);
  return new Promise((done, failed) => {
    change.oncomplete = () => done(asked.result);
    change.onabort = () => failed(change.error);
  });
}

// The first phones kept reports only, and did not say so.
const whole = (one) => one && { kind: "report", address: box.dataset.reports, page: box.dataset.reports, ...one };

export const read = (key) => store("reports", "get", key).then(whole).catch(() => undefined);
export const own = async () => (await store("reports", "getAll").catch(() => [])).map(whole).filter((one) => one.owner === owner).sort((a, b) => a.at - b.at);
export const write = (record) => store("reports", "put", record);
export const photosOf = async (key) => (await store("photos", "get", key))?.files || [];
// One tab at a time; where the browser has no locks the key alone keeps it single.
export const alone = (key, act) => navigator.locks ? navigator.locks.request(`report ${key}`, { ifAvailable: true }, (lock) => lock && act()) : act();
export const fresh = () => [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");

const stored = new Map();  // key -> which photos the store has
export async function keep(record, files) {
  const these = files.map(([name, file]) => `${name} ${file.name} ${file.size} ${file.lastModified}`).join("\n");
  if (these !== stored.get(record.key)) await store("photos", "put", { key: record.key, files });
  await write(record);
  stored.set(record.key, these);
  return record;
}

export function dropPhotos(key) {
  stored.delete(key);
  return store("photos", "delete", key);
}

export async function forget(key) {
  await dropPhotos(key);
  await store("reports", "delete", key);
}
