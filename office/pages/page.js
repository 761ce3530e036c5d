// Moves the progress without a reload. Without JavaScript the page reloads itself instead.
"use strict";
(() => {
  const section = document.getElementById("orders");
  if (!section) return;
  const news = document.getElementById("news");
  const parse = (text) => new DOMParser().parseFromString(text, "text/html").body;
  async function look() {
    let busy = true;
    try {
      const answer = await fetch("/orders", {headers: {"X-Part": "orders"}});
      if (answer.status === 401) {
        location.assign("/login");
        return;
      }
      if (answer.ok) {
        const fresh = parse(await answer.text());
        busy = fresh.querySelector("tr.waiting, tr.working") !== null;
        const focused = document.activeElement && document.activeElement.getAttribute("href");
        const before = new Set([...section.querySelectorAll("a.get")].map((link) => link.getAttribute("href")));
        section.replaceChildren(...fresh.childNodes);
        for (const link of section.querySelectorAll("a.get")) {
          // for those who do not see the table change
          if (!before.has(link.getAttribute("href"))) news.textContent = "Готово: " + link.getAttribute("aria-label");
        }
        if (focused) for (const link of section.querySelectorAll("a")) if (link.getAttribute("href") === focused) link.focus();
      }
    } catch {
      // the network may come back
    }
    if (busy) setTimeout(look, 1000);
  }
  if (section.hasAttribute("data-busy")) setTimeout(look, 300);
})();
