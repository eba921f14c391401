// Shows what is pushed to this browser, and opens the page that it tells of.
self.addEventListener("push", (event) => {
  const told = event.data ? event.data.json() : {};
  event.waitUntil(self.registration.showNotification(told.title || "CityLoop", {
    body: told.text || "", tag: told.key || "", data: { path: told.path || "/messages/" },
  }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const address = new URL(event.notification.data.path, self.location.origin);
  if (address.origin !== self.location.origin) return;
  event.waitUntil(clients.matchAll({ type: "window" }).then((open) => {
    const here = open.find((one) => one.url === address.href);
    return here ? here.focus() : clients.openWindow(address.href);
  }));
});
