// The queue of a front team's phone: an entry is kept on the device, then sent, in order and once.
// Its number goes with it, so that one sent twice counts once; what the office refuses stays with the reason.
"use strict";

(() => {
  const KEPT = "tiebeam-phone";
  const AGAIN = 15_000; // milliseconds until the next try without a connection
  const SHOWN = 20; // sent entries that stay on the page

  // -- What is kept on the device ------------------------------------------

  const told = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const openStore = () => {
    const request = indexedDB.open("tiebeam", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("entries", { keyPath: "number", autoIncrement: true });
    return told(request);
  };
  const makeQueue = (store) => {
    const table = (mode) => store.transaction("entries", mode).objectStore("entries");
    return {
      list: () => told(table("readonly").getAll()),
      keep: (entry) => told(table("readwrite").put(entry)),
      drop: (number) => told(table("readwrite").delete(number)),
    };
  };

  // -- What is entered ------------------------------------------------------

  // A name with dots makes a part of a part; an empty field is not said.
  const put = (body, name, value) => {
    const names = name.split(".");
    const last = names.pop();
    names.reduce((whole, step) => (whole[step] ??= {}), body)[last] = value;
  };
  const bodyOf = (form, entry) => {
    const body = JSON.parse(form.dataset.body || "{}");
    for (const field of form.elements) {
      const value = field.name ? field.value.trim() : "";
      if (!value || (field.type === "radio" && !field.checked)) continue;
      put(body, field.name, field.type === "number" ? Number(value) : value);
    }
    if (form.dataset.key) put(body, form.dataset.key, entry.id);
    if (form.dataset.time) put(body, form.dataset.time, entry.at);
    return body;
  };

  // -- The page -------------------------------------------------------------

  const start = async (page) => {
    const me = page.dataset.person;
    const line = page.querySelector("[data-line]");
    const list = page.querySelector("[data-entries]");
    const model = page.querySelector("template");
    const say = (name, count) => { line.textContent = page.dataset[name].replace("%", count); };
    if (!window.isSecureContext || !window.indexedDB || !navigator.locks) return say("unfit", 0);
    const queue = makeQueue(await openStore());
    navigator.storage?.persist?.();

    const draw = (entry) => {
      const row = model.content.cloneNode(true).firstElementChild;
      const write = (name, text) => { row.querySelector(`[data-${name}]`).textContent = text; };
      row.dataset.state = entry.state;
      write("text", entry.text);
      write("at", new Date(entry.at).toLocaleString("sv-SE").slice(0, 16)); // 2020-02-10 09:30, as tables write it
      write("state", page.dataset[entry.state]);
      write("reason", entry.reason || "");
      const buttons = row.querySelector("[data-buttons]");
      buttons.hidden = entry.state !== "refused";
      buttons.querySelector("[data-again]").addEventListener("click", async () => {
        await queue.keep({ ...entry, state: "waiting", reason: "" });
        send();
      });
      buttons.querySelector("[data-drop]").addEventListener("click", async () => {
        await queue.drop(entry.number);
        send();
      });
      return row;
    };

    // What follows an entry may be entered as soon as that one is kept: the phone may be without connection for days.
    const openSteps = (mine) => {
      const kept = new Set(mine.filter((entry) => entry.state !== "refused").map((entry) => entry.step));
      for (const form of page.querySelectorAll("form[data-step]")) {
        const isDone = kept.has(form.dataset.step);
        const isOpen = !form.dataset.after || kept.has(form.dataset.after);
        form.hidden = isDone || !isOpen;
      }
    };

    const show = async () => {
      const entries = await queue.list();
      const mine = entries.filter((entry) => entry.person === me);
      const waiting = mine.filter((entry) => entry.state === "waiting").length;
      const refused = mine.filter((entry) => entry.state === "refused").length;
      const others = entries.filter((entry) => entry.person !== me && entry.state === "waiting").length;
      localStorage.setItem("tiebeam-waiting", String(waiting));
      list.replaceChildren(...mine.reverse().map(draw));
      const strange = page.querySelector("[data-others]");
      strange.hidden = !others;
      strange.textContent = strange.dataset.others.replace("%", others);
      openSteps(mine);
      return { waiting, refused };
    };

    const fetchSession = async () => {
      const answer = await fetch(page.dataset.session, { headers: { Accept: "application/json" }, cache: "no-store" });
      if (!answer.ok) throw new Error(String(answer.status));
      return answer.json();
    };

    // Returns whether the next entry may follow.
    const sendOne = async (entry, token) => {
      const answer = await fetch(entry.path, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": token, "Idempotency-Key": entry.id },
        body: JSON.stringify(entry.body),
      });
      if (answer.ok) {
        await queue.keep({ ...entry, state: "sent", body: null, sentAt: new Date().toISOString() });
        return true;
      }
      if (answer.status === 401 || answer.status === 429 || answer.status >= 500) throw new Error(String(answer.status));
      const problem = await answer.json().catch(() => ({}));
      const reasons = (problem.faults || []).map((fault) => fault.message);
      const reason = (reasons.length ? reasons : [problem.title || String(answer.status)]).join(" ");
      await queue.keep({ ...entry, state: "refused", reason });
      return true;
    };

    const forgetOld = async () => {
      const sent = (await queue.list()).filter((entry) => entry.person === me && entry.state === "sent");
      for (const entry of sent.slice(0, -SHOWN)) await queue.drop(entry.number);
    };

    let later = 0;
    const send = () => navigator.locks.request("tiebeam-entries", async () => {
      clearTimeout(later);
      const waiting = (await queue.list()).filter((entry) => entry.person === me && entry.state === "waiting");
      let outcome = "allSent";
      let sent = 0;
      try {
        for (const entry of waiting) {
          const session = await fetchSession();
          if (session.person !== me) {
            outcome = "signIn";
            break;
          }
          await sendOne(entry, session.token);
          sent += 1;
        }
      } catch {
        outcome = "offline";
        later = setTimeout(send, AGAIN);
      }
      await forgetOld();
      const left = await show();
      say(left.waiting ? outcome : left.refused ? "someRefused" : "allSent", left.waiting || left.refused);
      page.querySelector("[data-to-sign-in]").hidden = outcome !== "signIn";
      if (sent) refresh();
    });

    // What the office knows now; the last known page stays where it does not answer.
    const refresh = async () => {
      try {
        const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
        if (!answer.ok || answer.redirected) return;
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
        page.querySelector("[data-work]").replaceWith(document.adoptNode(fresh.querySelector("[data-work]")));
        (await caches.open(KEPT)).add(location.pathname);
        await forgetDone();
      } catch { /* without a connection there is nothing newer */ }
    };
    const forgetDone = async () => {
      const shown = new Set([...page.querySelectorAll("form[data-step]")].map((form) => form.dataset.step));
      for (const entry of await queue.list()) {
        // The office shows the step again: it was undone there, or is due anew.
        if (entry.person === me && entry.state === "sent" && shown.has(entry.step)) await queue.keep({ ...entry, step: "" });
      }
      show();
    };

    page.addEventListener("submit", async (event) => {
      const form = event.target.closest("form[data-entry]");
      if (!form) return;
      event.preventDefault();
      const entry = { id: crypto.randomUUID(), person: me, at: new Date().toISOString(), state: "waiting" };
      await queue.keep({
        ...entry, path: form.dataset.entry, text: form.dataset.text, step: form.dataset.step || "", body: bodyOf(form, entry),
      });
      form.reset();
      await show();
      send();
    });
    window.addEventListener("online", send);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) send(); });

    const parts = [...document.querySelectorAll("link[rel='stylesheet'], link[rel='icon'], script[src]")].map((part) => part.href || part.src);
    if (navigator.serviceWorker) {
      await navigator.serviceWorker.register(page.dataset.worker);
      caches.open(KEPT).then((kept) => kept.addAll([location.pathname, ...parts])).catch(() => {});
    }
    send();
  };

  document.addEventListener("DOMContentLoaded", () => {
    const page = document.getElementById("phone");
    if (page) start(page).catch((fault) => { page.querySelector("[data-line]").textContent = page.dataset.unfit; throw fault; });
  });
})();
