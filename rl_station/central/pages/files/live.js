// Fetches the figures of this page anew every few seconds; a link that has the focus keeps it, and a wide table its place.
"use strict";
(() => {
  const live = document.getElementById("live");
  const state = document.getElementById("live-state");
  if (!live) return;
  const every = Number(live.dataset.every) * 1000;

  const say = (text) => { if (state.textContent !== text) state.textContent = text; };

  const wide = () => [...live.querySelectorAll("section[id] > .scroll")];

  const show = (html) => {
    const held = live.contains(document.activeElement) ? document.activeElement : null;
    const links = held ? [...live.querySelectorAll("a")] : [];
    const label = held ? held.getAttribute("aria-label") || held.textContent : "";
    const place = links.indexOf(held);
    const section = held && held.closest("section") ? held.closest("section").id : "";
    const scrolled = new Map(wide().map((each) => [each.parentElement.id, each.scrollLeft]));
    live.innerHTML = html;
    for (const each of wide()) each.scrollLeft = scrolled.get(each.parentElement.id) || 0;
    if (!held) return;
    const now = [...live.querySelectorAll("a")];
    const named = (text) => text.replace(/: [^:]*$/, "");
    const here = now.filter((each) => !section || (each.closest("section") || {}).id === section);
    const same = here.find((each) => named(each.getAttribute("aria-label") || each.textContent) === named(label));
    const target = same || now[Math.min(place, now.length - 1)];
    if (target) target.focus({ preventScroll: true });
  };

  const look = async () => {
    const stop = new AbortController();
    const patience = setTimeout(() => stop.abort(), 4 * every);
    try {
      const answer = await fetch(live.dataset.from, { headers: { accept: "text/html" }, cache: "no-store", signal: stop.signal });
      if (answer.redirected) { location.assign(live.dataset.ended); return; }
      if (!answer.ok) throw new Error(String(answer.status));
      show(await answer.text());
      say("");
      live.dataset.looks = String(Number(live.dataset.looks || 0) + 1);
    } catch {
      say(live.dataset.lost);
    } finally {
      clearTimeout(patience);
    }
    setTimeout(look, every);
  };

  setTimeout(look, every);
})();
