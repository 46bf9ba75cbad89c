/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keeps a page's values as they are now, by server-sent events. Without it the page shows what was when it was asked. */
"use strict";
(() => {
  const body = document.body, page = body.dataset.live, wall = body.classList.contains("page-wall");
  const lost = document.querySelector(".connection");
  const RETRY_MS = 10000, STALE_MS = 4000, WALL_ANEW_MS = 6 * 3600 * 1000;
  let elements = new Map(), source = null, retry = 0, broken = false, refreshing = false, refreshed = 0;

  /* Elements by the key of their value: made anew with every new content, so that none of the old is held. */
  function index() {
    elements = new Map();
    for (const element of document.querySelectorAll("[data-k]")) {
      const key = element.dataset.k;
      if (!key) continue;
      if (!elements.has(key)) elements.set(key, []);
      elements.get(key).push(element);
    }
  }

  function show(element, value) {
    if (element instanceof SVGElement) {
      if (value.w !== undefined) element.setAttribute("width", value.w);
    } else if (element.classList.contains("v")) {
      if (value.v !== undefined) element.firstElementChild.textContent = value.v;
      if (value.u !== undefined) element.lastElementChild.textContent = value.u;
    } else if (value.v !== undefined) {
      element.textContent = value.v;
    }
    if (value.s !== undefined) element.dataset.s = value.s;
  }

  function apply(values) {
    for (const [key, value] of Object.entries(values))
      for (const element of elements.get(key) || []) show(element, value);
  }

  /* The page itself changed: an alert came, a device fell silent. Its content is asked anew, what was open stays open. */
  async function refresh() {
    const busy = document.activeElement && document.activeElement.closest("form");
    if (refreshing || busy || document.querySelector("form.choose") || Date.now() - refreshed < STALE_MS) return;
    refreshing = true;
    try {
      const answer = await fetch(location.href, {cache: "no-store"});
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      const main = document.getElementById("main"), open = new Set();
      for (const details of main.querySelectorAll("details[open]")) open.add(details.parentElement.id);
      main.replaceChildren(...fresh.getElementById("main").childNodes);
      main.dataset.print = fresh.getElementById("main").dataset.print;
      for (const details of main.querySelectorAll("details")) if (open.has(details.parentElement.id)) details.open = true;
      refreshed = Date.now();
      index();
    } catch (error) {
      /* asked again with the next message */
    } finally {
      refreshing = false;
    }
  }

  function say(down) {
    broken = down;
    lost.hidden = !down;
    lost.textContent = down ? lost.dataset.down : "";
  }

  function stop() {
    clearTimeout(retry);
    if (source) source.close();
    source = null;
  }

  function start() {
    stop();
    source = new EventSource("/live?page=" + encodeURIComponent(page) + "&lang=" + body.dataset.lang);
    source.addEventListener("open", () => {
      if (broken) refresh();
      say(false);
    });
    source.addEventListener("values", (event) => {
      apply(JSON.parse(event.data));
      if (event.lastEventId !== document.getElementById("main").dataset.print) refresh();
    });
    source.addEventListener("error", () => {
      say(true);
      stop();
      retry = setTimeout(start, RETRY_MS);
    });
  }

  /* Pictures of now: the same elements with a new address. */
  function renewPictures() {
    const now = "&_=" + Math.floor(Date.now() / 1000);
    for (const image of document.querySelectorAll("img[data-renew]")) {
      const renew = (address) => address.replace(/&_=\d+$/, "") + now;
      for (const other of image.parentElement.querySelectorAll("source")) other.srcset = renew(other.getAttribute("srcset"));
      image.src = renew(image.getAttribute("src"));
    }
  }

  if (!page || !lost) return;
  index();
  start();
  document.addEventListener("visibilitychange", () => {
    if (wall) return;
    if (document.hidden) stop();
    else start();
  });
  window.addEventListener("pagehide", stop);
  window.addEventListener("pageshow", (event) => { if (event.persisted) start(); });
  if (wall) {
    setInterval(renewPictures, 60000);
    /* a new version of the page reaches the wall too, but never an error page in its place */
    setInterval(async () => {
      try {
        if ((await fetch("/healthz", {cache: "no-store"})).ok) location.reload();
      } catch (error) {
        /* next time */
      }
    }, WALL_ANEW_MS);
  }
})();
