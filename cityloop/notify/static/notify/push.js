// The panel of the page of messages by which a member asks to be told in this browser.
const panel = document.querySelector("[data-push]");
if (panel) begin().catch(() => say("failed"));

function say(what) {
  const note = panel.querySelector("[data-push-note]");
  note.textContent = panel.dataset[what];
  note.hidden = false;
}

async function begin() {
  if (!("serviceWorker" in navigator) || !("PushManager" in window) || !("Notification" in window)) {
    say("unable");
    return;
  }
  const form = panel.querySelector("[data-push-form]");
  const registration = await navigator.serviceWorker.register(panel.dataset.worker);
  const held = await registration.pushManager.getSubscription();
  const row = held && [...panel.querySelectorAll("[data-endpoint]")].find((one) => one.dataset.endpoint === held.endpoint);
  if (row) {
    row.querySelector("[data-this]").hidden = false;
    row.querySelector("form").addEventListener("submit", () => { held.unsubscribe(); });
    return;
  }
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(registration, held, form).catch(() => say("failed")).finally(() => { delete form.dataset.sent; });
  });
}

async function ask(registration, held, form) {
  if (await Notification.requestPermission() !== "granted") {
    say("denied");
    return;
  }
  if (held) await held.unsubscribe();
  const made = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: panel.dataset.key });
  const { endpoint, keys } = made.toJSON();
  form.elements.endpoint.value = endpoint;
  form.elements.p256dh.value = keys.p256dh;
  form.elements.auth.value = keys.auth;
  form.submit();
}
