// One live stream for all tabs of a browser, opened again whatever ends it. The tab that holds the
// lock reads the stream and tells the others; without locks (plain http) each tab reads its own.
const KINDS = ["hello", "beat", "case", "many", "topic", "counts", "present"];
const SILENT = 50_000;  // ms: the server beats every 20 s
const RECENT = 5_000;   // ms: what a tab may have missed while it was loaded
export const tab = Math.random().toString(36).slice(2);

const me = document.body.dataset.member, address = document.body.dataset.liveUrl, name = `cityloop-live-${me}`;
const channel = "BroadcastChannel" in window ? new BroadcastChannel(name) : null;
let hear, source = null, timer = 0, tries = 0, heard = Date.now(), leading = false, letGo = () => {}, state = "", kept = [];

function tell(kind, data = "") {
  heard = Date.now();
  if (["open", "lost", "ended"].includes(kind)) state = kind;
  keep(kind, data);
  hear(kind, data);
  channel?.postMessage([kind, data]);
}

// For tabs that open later: who is at which case, and what happened just now.
function keep(kind, data) {
  if (kind === "hello") kept = [];
  const number = kind === "present" ? JSON.parse(data).number : "";
  kept = kept.filter((one) => one.number ? one.number !== number : one.at > heard - RECENT);
  if (kind === "present" || kind === "case" || kind === "many") kept.push({ kind, data, number, at: heard });
}

function open() {
  clearTimeout(timer);
  source = new EventSource(address, { withCredentials: true });
  source.addEventListener("open", () => { tries = 0; tell("open"); });
  source.addEventListener("error", failed);
  for (const kind of KINDS) source.addEventListener(kind, ({ data }) => {
    if (kind === "hello" && data !== me) end(); else tell(kind, data);
  });
}

function close() {
  clearTimeout(timer);
  source?.close();
  source = null;
}

// Signed out, or somebody else has signed in.
function end() { close(); tell("ended"); }

// An answer that is no stream ends an EventSource for good, and tells no status: that is asked for.
async function failed() {
  const refused = source.readyState === EventSource.CLOSED;
  close();
  tell("lost");
  again();
  if (refused && await status() === 401) end();
}

function again() {
  clearTimeout(timer);
  timer = setTimeout(open, Math.min(30_000, 3_000 * 2 ** tries++) * (1 - Math.random() / 2) + 1_500);
}

async function status() {
  const asking = new AbortController();
  try {
    const answer = await fetch(address, { credentials: "include", cache: "no-store", signal: asking.signal });
    asking.abort();
    return answer.status;
  } catch { return 0; }
}

function lead() {
  leading = true;
  open();
  return new Promise((resolve) => { letGo = resolve; });
}

function stand(options) {
  if (!channel || !navigator.locks) { lead(); return; }
  navigator.locks.request(name, options, lead).catch(() => {  // another tab took over
    leading = false;
    close();
    stand({});
  });
}

// A stream that says nothing is dead; a tab that leads and says nothing is asleep.
function look() {
  if (document.hidden || state === "ended" || Date.now() - heard < SILENT) return;
  heard = Date.now();
  if (!leading) { stand({ steal: true }); return; }
  if (source) { close(); tell("lost"); open(); }
}

export function follow(hears) {
  hear = hears;
  if (channel) channel.onmessage = ({ data: [kind, data, to] }) => {
    if (kind === "who") { if (leading) answer(data); return; }
    if (leading || (to && to !== tab)) return;
    heard = Date.now();
    if (["open", "lost", "ended"].includes(kind)) state = kind;
    hear(kind, data);
  };
  stand({});
  channel?.postMessage(["who", tab]);
  setInterval(look, 10_000);
  addEventListener("offline", () => { if (leading && source) { close(); tell("lost"); again(); } });
  addEventListener("online", () => { if (leading && !source && state === "lost") open(); });
  document.addEventListener("visibilitychange", () => {
    if (leading && !document.hidden && state === "ended") open();  // signed in again elsewhere
    setTimeout(look, 2_000);
  });
  addEventListener("pagehide", () => { close(); letGo(); channel?.close(); });
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
}

// A new tab is a reason to try again: its page has just come, so the network and the session may be back.
function answer(to) {
  if (!source) open(); else if (state) channel.postMessage([state, "", to]);
  for (const { kind, data } of kept) channel.postMessage([kind, data, to]);
}
