// The wall goes on to its next page by itself, once the server has answered for it: a screen that nobody looks after must never end at the browser's error page. Any key or the button stops it; so does the wish for less motion.
const { every, next } = document.body.dataset;
const button = document.querySelector("[data-wall-stop]");
const lost = document.querySelector("[data-wall-lost]");
const clock = document.querySelector("[data-wall-clock]");
const KEY = "wall-stopped-until", REST = 600_000, FOR_GOOD = 8.64e15;
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
let until = calm ? FOR_GOOD : Number(sessionStorage.getItem(KEY) || 0);
const stopped = () => Date.now() < until;

function show() {
  button.setAttribute("aria-pressed", String(stopped()));
}

function stop(moment) {
  until = moment;
  sessionStorage.setItem(KEY, String(moment));
  show();
}

async function on() {
  show();
  if (stopped()) return;
  try {
    const answer = await fetch(next, { method: "HEAD", cache: "no-store" });
    if (!answer.ok) throw new Error(`${answer.status} ${answer.url}`);
    if (!stopped()) location.replace(next); // or to the sign-in page, where the server sends it
  } catch (error) {
    console.warn(error.message);
    if (lost.hidden) lost.querySelector("[data-wall-since]").textContent = time();
    lost.hidden = false;
  }
}

const time = () => new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });

show();
button.addEventListener("click", () => stop(stopped() ? 0 : FOR_GOOD));
// A key stops it for ten minutes: nobody may come back to set it going.
document.addEventListener("keydown", (event) => { if (event.target !== button && !(until > Date.now() + REST)) stop(Date.now() + REST); });
setInterval(on, Number(every) * 1000);
setInterval(() => { clock.textContent = time(); }, 5000);
