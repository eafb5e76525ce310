// Keeps an open page of the preview up to date: loads it again after a good
// build, shows what is wrong after a bad one. A bar tells what is wrong with
// this page, and which of its symptoms find it.
((words) => {
  "use strict";
  const mark = new URL(document.currentScript.src).searchParams;
  const shown = Number(mark.get("build"));
  const element = (name, className, text) => {
    const e = document.createElement(name);
    if (className) e.className = className;
    if (text !== undefined) e.textContent = text;
    return e;
  };

  const count = ([one, more], n) => (n === 1 ? one : more).replace("{n}", n);

  const remove = (id) => {
    const old = document.getElementById(id);
    if (old) old.remove();
  };

  // What is shown lives in a shadow tree, so that the theme cannot change it.
  const apart = (id, box) => {
    const place = element("div");
    place.id = id;
    place.lang = words.language;
    const css = element("link");
    css.rel = "stylesheet";
    css.href = "/_whyfix/preview.css";
    place.attachShadow({ mode: "open" }).append(css, box);
    return place;
  };

  const hide = () => remove("whyfix-preview");

  const show = (problems) => {
    hide();
    const errors = problems.filter((p) => p.severity === "error");
    const box = element("section", "box");
    box.setAttribute("role", "alert");
    const head = element("header");
    head.append(element("strong", "", count(words.errors, errors.length)));
    head.append(element("span", "note", shown > 0 ? words.lastGood : words.noPage));
    const close = element("button", "", "×");
    close.type = "button";
    close.setAttribute("aria-label", words.hide);
    close.addEventListener("click", hide);
    head.append(close);
    box.append(head);
    const list = element("ol");
    for (const p of errors) {
      const item = element("li");
      item.append(element("code", "place", p.place), element("p", "message", p.message));
      if (p.source) item.append(element("pre", "", p.line + " | " + p.source));
      if (p.hint) item.append(element("p", "hint", p.hint));
      list.append(item);
    }
    box.append(list);
    document.body.append(apart("whyfix-preview", box));
  };

  const events = new EventSource("/_whyfix/events");
  events.onmessage = (event) => {
    const m = JSON.parse(event.data);
    if (!m.good && m.build > 0) {
      show(m.problems);
      return;
    }
    hide();
    // The browser keeps the place on the page.
    if (m.build !== shown || m.run !== mark.get("run")) location.reload();
  };

  const problem = (p) => {
    const item = element("li");
    item.append(element("code", "place", p.place), element("p", "message " + p.severity, p.message));
    if (p.source) item.append(element("pre", "", p.line + " | " + p.source));
    if (p.hint) item.append(element("p", "hint", p.hint));
    return item;
  };

  const promise = (p) => {
    const item = element("li", p.holds ? "holds" : "broken");
    item.append(element("p", "message", (p.holds ? "✓ " : "✗ ") + p.text));
    if (!p.holds) item.append(element("p", "hint", p.instead.length ? words.first.replace("{titles}", () => p.instead.join(words.comma)) : words.nothing));
    return item;
  };

  // The badge says why readers do not see the page. It moves nothing, so that the page
  // keeps its place from one edit to the next.
  const badge = (text) => {
    remove("whyfix-badge");
    if (!text) return;
    const badge = element("p", "badge", text);
    badge.setAttribute("role", "status");
    document.body.prepend(apart("whyfix-badge", badge));
  };

  // The bar is folded until somebody opens it, and then stays open.
  const bar = (page) => {
    remove("whyfix-bar");
    if (!page.file) return;
    const box = element("details", "bar");
    box.open = sessionStorage.getItem("whyfix-bar") === "open";
    box.addEventListener("toggle", () => sessionStorage.setItem("whyfix-bar", box.open ? "open" : ""));
    const kept = page.promises.filter((p) => p.holds).length;
    const well = page.problems.length === 0 && kept === page.promises.length;
    const head = element("summary", well ? "well" : "");
    const parts = [page.problems.length ? count(words.problems, page.problems.length) : words.noProblems];
    if (page.promises.length) parts.push(count(words.symptoms, page.promises.length).replace("{kept}", kept));
    head.textContent = parts.join(" · ");
    const list = element("ol");
    list.append(...page.problems.map(problem), ...page.promises.map(promise));
    box.append(head, element("code", "place", page.file), list);
    document.body.append(apart("whyfix-bar", box));
  };

  fetch("/_whyfix/page?url=" + encodeURIComponent(location.pathname))
    .then((answer) => answer.json())
    .then((page) => {
      badge(page.badge);
      bar(page);
    })
    .catch(() => {}); // the page is good without it
  addEventListener("pagehide", () => events.close());
})(/* words */);
