"use strict";
// Shows what is live without reloading; without this script every page works, and is reloaded by hand.
(() => {
  const live = document.getElementById("live");
  if (!live || !live.dataset.live) return;
  const told = document.getElementById("told");
  const tell = (text) => { if (told.textContent !== text) told.textContent = text; };
  // What the reader opened stays open, and where the keyboard was it stays.
  const key = (details) => {
    const row = details.closest("tr, section, article");
    const head = row && row.querySelector("th, h2, h3");
    return (head ? head.textContent : "") + "|" + details.querySelector("summary").textContent;
  };
  const show = (event) => {
    if (event.lastEventId === live.dataset.seen) return;
    const open = new Map();
    for (const each of live.querySelectorAll("details")) open.set(key(each), each.open);
    const focused = live.contains(document.activeElement) && document.activeElement;
    const href = focused && focused.getAttribute("href");
    live.innerHTML = event.data;
    live.dataset.seen = event.lastEventId;
    for (const each of live.querySelectorAll("details")) each.open = open.get(key(each)) ?? each.open;
    for (const each of href ? live.querySelectorAll("a") : []) {
      if (each.getAttribute("href") === href) { each.focus({ preventScroll: true }); break; }
    }
  };
  let source;
  const listen = () => {
    if (source) source.close();
    const path = new URL(live.dataset.live, location.href);
    path.searchParams.set("seen", live.dataset.seen);
    if (document.hidden) path.searchParams.set("hidden", "1");
    source = new EventSource(path);
    source.onopen = () => tell("Live");
    source.onerror = () => { if (!document.hidden) tell("Not live: deployer ui does not answer"); };
    source.onmessage = (event) => { show(event); tell("Live"); };
    source.addEventListener("trouble", (event) => tell("Not live: " + event.data));
    source.addEventListener("last", (event) => {
      source.close();
      document.removeEventListener("visibilitychange", listen);
      show(event);
      tell("");
    });
  };
  document.addEventListener("visibilitychange", listen);
  listen();
})();
