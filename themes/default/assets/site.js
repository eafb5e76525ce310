// What a page gains when scripts run. Every page works without this file.
(() => {
  "use strict";

  const root = document.documentElement;

  /* Colours: as the system, light, dark. ---------------------------------- */

  const button = document.querySelector(".theme-switch");
  const themes = ["auto", "light", "dark"];
  const theme = () => root.dataset.theme || "auto";
  const label = () => {
    button.querySelector("span").textContent = button.dataset[theme()];
    button.title = button.dataset[theme()];
  };
  button.addEventListener("click", () => {
    const next = themes[(themes.indexOf(theme()) + 1) % themes.length];
    if (next === "auto") delete root.dataset.theme;
    else root.dataset.theme = next;
    label();
    try {
      next === "auto" ? localStorage.removeItem("whyfix-theme") : localStorage.setItem("whyfix-theme", next);
    } catch {
      // Storage is blocked: the choice holds for this page.
    }
  });
  label();

  // On a phone the navigation scrolls: bring the current place into view.
  const here = document.querySelector(".site-nav [aria-current]");
  if (here) {
    const nav = here.closest("nav");
    nav.scrollLeft += here.getBoundingClientRect().left - nav.getBoundingClientRect().left - 40;
  }

  /* The menu of languages closes as menus do. ----------------------------- */

  const menu = document.querySelector("details.languages");
  if (menu) {
    document.addEventListener("click", (event) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  }

  /* A notice while there is no connection. -------------------------------- */

  const notice = document.querySelector(".offline");
  const connection = () => { notice.textContent = navigator.onLine ? "" : notice.dataset.words; };
  for (const change of ["online", "offline"]) window.addEventListener(change, connection);
  connection();

  /* A heading's anchor also copies its address. --------------------------- */

  for (const anchor of document.querySelectorAll(".anchor")) {
    anchor.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(anchor.href);
        anchor.dataset.copied = anchor.closest("[data-copied]").dataset.copied;
        setTimeout(() => delete anchor.dataset.copied, 2000);
      } catch {
        // No clipboard: the address still stands in the address bar.
      }
    });
  }

  /* A film on another site is asked for only when it is pressed. ----------- */

  for (const place of document.querySelectorAll(".embed")) {
    place.querySelector("a").addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      const frame = document.createElement("iframe");
      frame.src = place.dataset.frame;
      frame.title = event.currentTarget.textContent;
      frame.allow = "autoplay; fullscreen; encrypted-media; picture-in-picture";
      frame.allowFullscreen = true;
      place.replaceChildren(frame);
      frame.focus();
    });
  }

  /* The contents list beside an article follows the reader. --------------- */

  const entries = [...document.querySelectorAll(".article-aside a")]
    .map((link) => [link, document.getElementById(decodeURIComponent(link.hash.slice(1)))])
    .filter(([, heading]) => heading);
  if (entries.length && "IntersectionObserver" in window) {
    // Current is the last heading above a line in the upper part of the window. The observed area reaches far up, so that
    // a jump past many headings is seen, too.
    const aside = document.querySelector(".article-aside");
    const above = new Set();
    const observer = new IntersectionObserver((changes) => {
      for (const change of changes) above[change.isIntersecting ? "add" : "delete"](change.target);
      const current = (entries.findLast(([, heading]) => above.has(heading)) || entries[0])[0];
      for (const [link] of entries) link === current ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current");
      aside.scrollTop = Math.max(0, current.offsetTop - aside.clientHeight + 60);
    }, { rootMargin: "1000000px 0px -70% 0px" });
    for (const [, heading] of entries) observer.observe(heading);
  }
})();
