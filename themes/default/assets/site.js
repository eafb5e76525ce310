// What a page gains when scripts run. Every page works without this file.
(() => {
  "use strict";

  const root = document.documentElement;
  const site = document.body.dataset;

  // h makes an element; a child may be a string, a node, or nothing.
  const h = (name, attributes, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) element.setAttribute(key, value);
    element.append(...children.flat().filter((child) => child || child === 0));
    return element;
  };

  // fill puts values into a word's %d and %s, as the templates do.
  const fill = (word, ...values) => word.replace(/%[ds]/g, () => values.shift());

  const getJSON = async (address, signal) => {
    const response = await fetch(address, { signal, headers: { Accept: "application/json" } });
    const answer = await response.json();
    return { ok: response.ok, answer };
  };

  /* Suggestions: a WAI-ARIA combobox with list autocomplete. -------------- */

  // The Enter that confirms a pinyin candidate belongs to the input method.
  // Safari ends the composition before that key, which then has code 229.
  const composing = (event) => event.isComposing || event.keyCode === 229;

  function suggest(input) {
    const list = h("div", { id: input.id + "-list", class: "suggestions", role: "listbox", "aria-label": site.suggestions, hidden: "" });
    const status = h("p", { class: "hidden", role: "status" });
    input.form.append(list, status);
    for (const [key, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id })) {
      input.setAttribute(key, value);
    }
    let active = -1;
    let asked = input.value.trim();
    let timer;
    let request;

    const activate = (next) => {
      if (list.children[active]) list.children[active].setAttribute("aria-selected", "false");
      active = next;
      const option = list.children[active];
      if (!option) return input.removeAttribute("aria-activedescendant");
      option.setAttribute("aria-selected", "true");
      option.scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", option.id);
    };

    const open = (yes) => {
      list.hidden = !yes;
      input.setAttribute("aria-expanded", String(yes));
      activate(-1);
    };

    const show = (suggestions) => {
      list.replaceChildren(...suggestions.map((s, i) => h("a",
        { id: list.id + "-" + i, class: "suggestion", role: "option", "aria-selected": "false", tabindex: "-1", href: s.url },
        s.text, h("span", {}, site["suggest" + s.kind[0].toUpperCase() + s.kind.slice(1)]))));
      open(suggestions.length > 0);
      status.textContent = suggestions.length ? fill(site.suggestionsCount, suggestions.length) : "";
    };

    const ask = () => {
      clearTimeout(timer);
      const q = input.value.trim();
      if (q === asked) return;
      if (request) request.abort();
      asked = q;
      if (!q) return show([]);
      timer = setTimeout(async () => {
        request = new AbortController();
        try {
          const { ok, answer } = await getJSON(site.api + "suggest?size=8&q=" + encodeURIComponent(q), request.signal);
          if (ok && q === asked && document.activeElement === input) show(answer.suggestions || []);
        } catch {
          // Suggestions are a help, not a promise: an old request, or no endpoint.
        }
      }, 40);
    };

    input.addEventListener("input", (event) => event.isComposing || ask());
    input.addEventListener("compositionend", ask);
    input.addEventListener("blur", () => open(false));
    // A press on an option must not take the focus away before the click.
    list.addEventListener("mousedown", (event) => event.preventDefault());

    input.addEventListener("keydown", (event) => {
      if (composing(event)) {
        if (event.key === "Enter") event.preventDefault();
        return;
      }
      const count = list.children.length;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step && count) {
        event.preventDefault();
        if (list.hidden) open(true);
        // One place more than options: the text field itself.
        activate(((active + 1 + step + count + 1) % (count + 1)) - 1);
      } else if (event.key === "Home" || event.key === "End") {
        activate(-1); // back to the text, where the key moves the caret
      } else if (event.key === "Escape" && !list.hidden) {
        event.preventDefault(); // a second Escape clears the field
        open(false);
      } else if (event.key === "Enter" && active >= 0) {
        event.preventDefault();
        const { ctrlKey, metaKey, shiftKey } = event;
        list.children[active].dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey, metaKey, shiftKey }));
      }
    });

    input.form.addEventListener("submit", (event) => {
      if (input.value.trim()) return;
      event.preventDefault();
      input.focus();
    });
  }

  const inputs = document.querySelectorAll('input[name="q"]');
  inputs.forEach(suggest);

  document.addEventListener("keydown", (event) => {
    const slash = event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey &&
      !event.target.closest("input, textarea, select, [contenteditable]");
    const command = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey);
    if (!inputs.length || event.isComposing || !(slash || command)) return;
    event.preventDefault();
    inputs[0].focus();
    inputs[0].select();
  });

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
  if (here) here.closest("nav").scrollLeft = here.offsetLeft - 40;

  /* The contents list beside an article follows the reader. --------------- */

  const entries = [...document.querySelectorAll(".article-aside a")]
    .map((link) => [link, document.getElementById(decodeURIComponent(link.hash.slice(1)))])
    .filter(([, heading]) => heading);
  if (entries.length && "IntersectionObserver" in window) {
    const seen = new Set();
    const observer = new IntersectionObserver((changes) => {
      for (const change of changes) seen[change.isIntersecting ? "add" : "delete"](change.target);
      const first = entries.find(([, heading]) => seen.has(heading));
      if (!first) return;
      for (const [link] of entries) link === first[0] ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current");
    }, { rootMargin: "0px 0px -60% 0px" });
    for (const [, heading] of entries) observer.observe(heading);
  }
})();
