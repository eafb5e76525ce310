// Keeps an open page of the preview up to date: loads it again after a good
// build, shows what is wrong after a bad one.
(() => {
  "use strict";
  const shown = Number(new URL(document.currentScript.src).searchParams.get("build"));
  let host = null;

  const element = (name, className, text) => {
    const e = document.createElement(name);
    if (className) e.className = className;
    if (text !== undefined) e.textContent = text;
    return e;
  };

  const hide = () => {
    if (host) host.remove();
    host = null;
  };

  // The overlay lives in a shadow tree, so that the theme cannot change it.
  const show = (problems) => {
    hide();
    const errors = problems.filter((p) => p.severity === "error");
    host = element("div");
    host.id = "whyfix-preview";
    const root = host.attachShadow({ mode: "open" });
    const css = element("link");
    css.rel = "stylesheet";
    css.href = "/_whyfix/preview.css";
    const box = element("section", "box");
    box.setAttribute("role", "alert");
    const head = element("header");
    head.append(element("strong", "", errors.length + (errors.length === 1 ? " error" : " errors")));
    head.append(element("span", "note", shown > 0 ? "The page below is the last good one." : "There is no good page yet."));
    const close = element("button", "", "×");
    close.type = "button";
    close.setAttribute("aria-label", "Hide");
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
    root.append(css, box);
    document.body.append(host);
  };

  const events = new EventSource("/_whyfix/events");
  events.onmessage = (event) => {
    const m = JSON.parse(event.data);
    if (!m.good && m.build > 0) {
      show(m.problems);
      return;
    }
    hide();
    if (m.build !== shown) location.reload(); // the browser keeps the place on the page
  };
  addEventListener("pagehide", () => events.close());
})();
