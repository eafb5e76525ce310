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

  /* Tabs: one choice for the page, and for the pages that follow. ---------- */

  // Titles that were chosen, the last first.
  const chosen = (() => {
    try {
      return [].concat(JSON.parse(localStorage.getItem("whyfix-tabs")) || []).filter((title) => typeof title === "string");
    } catch {
      return [];
    }
  })();
  const groups = [];
  const show = (group, title) => {
    for (const tab of group) {
      const on = tab.title === title;
      tab.button.setAttribute("aria-selected", on);
      tab.button.tabIndex = on ? 0 : -1;
      tab.panel.hidden = !on;
    }
  };
  const choose = (tab) => {
    // Other tabs above change their height: what was pressed stays where it is.
    const top = tab.button.getBoundingClientRect().top;
    for (const group of groups) if (group.some(({ title }) => title === tab.title)) show(group, tab.title);
    window.scrollBy({ top: tab.button.getBoundingClientRect().top - top, behavior: "instant" });
    chosen.splice(0, 20, tab.title, ...chosen.filter((title) => title !== tab.title).slice(0, 19));
    try {
      localStorage.setItem("whyfix-tabs", JSON.stringify(chosen));
    } catch {
      // Storage is blocked: the choice holds for this page.
    }
  };
  document.querySelectorAll(".tabs").forEach((box, n) => {
    const list = document.createElement("div");
    list.className = "tab-list";
    list.setAttribute("role", "tablist");
    const titles = new Set();
    const group = [...box.children].filter((child) => child.classList.contains("tab")).map((panel, i) => {
      const heading = panel.querySelector(".tab-title");
      const button = document.createElement("button");
      let title = heading.textContent.trim();
      while (titles.has(title)) title += " ";
      titles.add(title);
      const tab = { button, panel, title };
      button.type = "button";
      button.id = `wf-tab-${n}-${i}`;
      panel.id ||= `wf-panel-${n}-${i}`;
      button.append(...heading.cloneNode(true).childNodes);
      for (const [name, value] of [["role", "tab"], ["aria-controls", panel.id]]) button.setAttribute(name, value);
      for (const [name, value] of [["role", "tabpanel"], ["aria-labelledby", button.id]]) panel.setAttribute(name, value);
      panel.tabIndex = 0;
      button.addEventListener("click", () => choose(tab));
      list.append(button);
      return tab;
    });
    if (!group.length) return;
    list.addEventListener("keydown", (event) => {
      const at = group.findIndex(({ button }) => button === event.target);
      const way = getComputedStyle(list).direction === "rtl" ? -1 : 1;
      const to = { ArrowRight: at + way, ArrowLeft: at - way, Home: 0, End: group.length - 1 }[event.key];
      if (at < 0 || to === undefined) return;
      event.preventDefault();
      const tab = group[(to + group.length) % group.length];
      choose(tab);
      tab.button.focus();
    });
    group[0].panel.before(list);
    groups.push(group);
    show(group, chosen.find((title) => titles.has(title)) ?? group[0].title);
    box.classList.add("tabs-ready");
  });
  /* What is closed opens for an address that leads into it, and on paper. --- */

  const place = () => {
    try {
      return document.getElementById(decodeURIComponent(location.hash.slice(1)));
    } catch {
      return null; // no address of this page
    }
  };
  const reveal = () => {
    const target = place();
    let hidden = false;
    for (let box = target?.closest(".tab, details"); box; box = box.parentElement.closest(".tab, details")) {
      if (box.matches("details")) {
        hidden ||= !box.open;
        box.open = true;
        continue;
      }
      const group = groups.find((tabs) => tabs.some((tab) => tab.panel === box));
      const tab = group?.find((tab) => tab.panel === box);
      hidden ||= box.hidden;
      if (tab) show(group, tab.title);
    }
    if (hidden) target.scrollIntoView();
  };
  window.addEventListener("hashchange", reveal);
  document.addEventListener("click", (event) => {
    // The same address once more is no change of it.
    if (event.target.closest("a")?.href === location.href) setTimeout(reveal);
  });
  if (location.hash) reveal();

  // Whoever sends the page's address to somebody sends the answer that is open.
  for (const choice of document.querySelectorAll(".guide .choice")) {
    choice.addEventListener("toggle", () => {
      const part = choice.querySelector(".part[id]");
      const open = place();
      if (part && choice.open !== choice.contains(open)) {
        history.replaceState(history.state, "", choice.open ? "#" + encodeURIComponent(part.id) : location.pathname + location.search);
      }
    });
  }

  // What stands open on a wide screen is called open, too.
  if (matchMedia("(min-width: 62rem)").matches) for (const box of document.querySelectorAll(".opens-wide")) box.open = true;

  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("main details:not([open])")];
    for (const box of closed) box.open = true;
  });
  window.addEventListener("afterprint", () => { for (const box of closed) box.open = false; });

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

  const entries = [...document.querySelectorAll(".beside .contents a")]
    .map((link) => [link, document.getElementById(decodeURIComponent(link.hash.slice(1)))])
    .filter(([, heading]) => heading)
    .sort(([, a], [, b]) => a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1);
  if (entries.length && "IntersectionObserver" in window) {
    // Current is the last heading above a line in the upper part of the window. The observed area reaches far up, so that
    // a jump past many headings is seen, too.
    const aside = document.querySelector(".beside");
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
