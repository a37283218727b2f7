// Shows the last known page of the phone where there is no connection; with one, everything comes from the office.
"use strict";

const KEPT = "tiebeam-phone";

const answer = async (request) => {
  const kept = await caches.open(KEPT);
  const key = request.mode === "navigate" ? new URL(request.url).pathname : request;
  try {
    const fresh = await fetch(request);
    // A page that leads to the sign-in is none of this person's.
    if (fresh.ok && !fresh.redirected) await kept.put(key, fresh.clone());
    return fresh;
  } catch (fault) {
    const last = await kept.match(key);
    if (last) return last;
    throw fault;
  }
};

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const asked = new URL(event.request.url);
  if (event.request.method !== "GET" || asked.origin !== self.location.origin) return;
  // Who is signed in is asked of the office alone.
  if (asked.pathname.endsWith("/session")) return;
  event.respondWith(answer(event.request));
});
