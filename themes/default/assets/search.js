// The search box of every page: suggestions while the reader types, and keys
// that lead to it. What the page of results needs too is in window.whyfix.
(() => {
  "use strict";

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
    const { ok, status } = response;
    // What stands on the way may take shorter addresses only, and says so in its own form.
    if (status === 414 || status === 431) return { ok, status: 400, answer: { error: { code: "query_too_long" } } };
    return { ok, status, answer: await response.json() };
  };

  /* Without the endpoint: the list of titles and symptoms beside the pages. */

  // What is left of a text without spaces and punctuation, as in the search itself: 95188转1 is “95188 转 1”, wifi is Wi-Fi.
  const fold = (s) => s.normalize("NFKC").toLowerCase().replace(/[^\p{L}\p{M}\p{N}\p{S}#%&*@\\]|[\^`|~]/gu, "");

  // Words of a question that say nothing of its matter.
  const weak = /怎么办|怎么样|怎么|怎麼辦|怎麼|为什么|為什麼|如何|请问|請問|什么|什麼|[吗嗎呢吧啊了的]/g;

  let list;
  const lite = () => (list ||= getJSON(document.querySelector("form[data-list]").dataset.list).then(({ ok, answer }) => {
    if (!ok) throw new Error("no list");
    return answer.map(({ url, title, symptoms = [] }) => ({ url, title, symptoms, folded: [title, ...symptoms].map(fold) }));
  }).catch((error) => {
    list = undefined; // another try is allowed
    throw error;
  }));

  // terms are the words of Latin letters and digits, and of all else the pairs of characters.
  const terms = (query) => {
    const text = query.normalize("NFKC").toLowerCase();
    const runs = (s) => s.match(/[a-z0-9]+|[^a-z0-9\s\p{P}]+/gu) || [];
    const matter = runs(text.replace(weak, " "));
    return [...new Set((matter.length ? matter : runs(text)).flatMap((run) => {
      const characters = [...run];
      return /[a-z0-9]/.test(run) || characters.length < 2 ? run : characters.slice(1).map((c, i) => characters[i] + c);
    }))];
  };

  // roughly finds articles by such terms. One that few articles have says
  // more; to contain the whole question says most.
  const roughly = async (query) => {
    const entries = await lite();
    const q = fold(query);
    const wanted = terms(query).slice(0, 100); // a text that was pasted whole must not stop the page
    const weights = wanted.map((term) => {
      const having = entries.filter((entry) => entry.folded.some((text) => text.includes(term))).length;
      return having ? Math.log(1 + entries.length / having) : 1;
    });
    const sum = weights.reduce((a, b) => a + b, 0);
    const score = (text) => {
      if (!text || !q) return 0;
      if (text.includes(q)) return 2 + q.length / text.length;
      if (text.length > 1 && q.includes(text)) return 2;
      return sum && wanted.reduce((got, term, i) => got + (text.includes(term) ? weights[i] : 0), 0) / sum;
    };
    return entries.map((entry) => ({ ...entry, score: Math.max(...entry.folded.map(score)) }))
      .filter((entry) => entry.score >= 0.3)
      .sort((a, b) => b.score - a.score)
      .slice(0, 20);
  };

  // wordings are suggestions from the same list: those that start with what was
  // typed, then those that contain it.
  const wordings = async (query, size) => {
    const q = fold(query);
    const found = [];
    for (const { url, title, symptoms, folded } of await lite()) {
      folded.forEach((text, i) => {
        const at = q ? text.indexOf(q) : -1;
        if (at >= 0) found.push({ url, text: i ? symptoms[i - 1] : title, kind: i ? "symptom" : "title", order: (at ? 2 : 0) + (i ? 0 : 1) });
      });
    }
    return found.sort((a, b) => a.order - b.order || a.text.length - b.text.length).slice(0, size);
  };

  /* Suggestions: a WAI-ARIA combobox with list autocomplete. -------------- */

  // The Enter that confirms a pinyin candidate belongs to the input method.
  // Safari ends the composition before that key, which then has code 229.
  const composing = (event) => event.isComposing || event.keyCode === 229;

  const pause = 20; // ms without a key; with the answer, suggestions are there in 50
  const most = 8;
  const longest = 100; // characters: what is longer begins no wording
  let unreachable = false; // asked once on this page, and not again

  const suggestions = async (q, signal) => {
    if (!unreachable) {
      try {
        const { ok, answer } = await getJSON(site.api + "suggest?" + new URLSearchParams({ size: most, language: document.documentElement.lang, q }), signal);
        if (ok || answer.error) return ok ? answer.suggestions : [];
      } catch (error) {
        if (error.name === "AbortError") throw error;
      }
      unreachable = true;
    }
    return wordings(q, most);
  };

  function combobox(input) {
    const form = input.form;
    const words = form.dataset;
    const options = h("div", { id: input.id + "-list", role: "listbox", "aria-label": words.suggestions });
    const note = h("p", { class: "suggestions-note", hidden: "" }, words.offline);
    const panel = h("div", { class: "suggestions", hidden: "" }, options, note);
    const status = h("p", { class: "hidden", role: "status" });
    form.append(panel, status);
    for (const [key, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": options.id })) {
      input.setAttribute(key, value);
    }
    let active = -1;
    let asked = input.value.trim();
    let timer;
    let request;

    const activate = (next) => {
      if (options.children[active]) options.children[active].setAttribute("aria-selected", "false");
      active = next;
      const option = options.children[active];
      if (!option) return input.removeAttribute("aria-activedescendant");
      option.setAttribute("aria-selected", "true");
      option.scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", option.id);
    };

    const open = (yes) => {
      panel.hidden = !yes;
      input.setAttribute("aria-expanded", String(yes));
      activate(-1);
    };

    // What was typed stands out, where a wording has it as it was typed.
    const marked = (text) => {
      const at = text.toLowerCase().indexOf(asked.toLowerCase());
      return at < 0 ? text : [text.slice(0, at), h("mark", {}, text.slice(at, at + asked.length)), text.slice(at + asked.length)];
    };

    const show = (found) => {
      options.replaceChildren(...found.map((s, i) => h("a",
        { id: options.id + "-" + i, class: "suggestion", role: "option", "aria-selected": "false", tabindex: "-1", href: s.url },
        h("span", { class: "suggestion-text" }, marked(s.text)), h("span", { class: "suggestion-kind" }, words[s.kind]))));
      note.hidden = !unreachable;
      open(found.length > 0);
      status.textContent = !asked ? "" : (unreachable ? words.offline + " " : "") + (found.length ? fill(words.count, found.length) : "");
    };

    const ask = (at, step) => {
      clearTimeout(timer);
      if (request) request.abort();
      const q = asked = input.value.trim();
      if (!q || q.length > longest) return show([]);
      timer = setTimeout(async () => {
        request = new AbortController();
        try {
          const found = await suggestions(q, request.signal);
          // An answer to what stands there no more is dropped.
          if (q !== input.value.trim() || document.activeElement !== input) return;
          show(found);
          if (step && found.length) activate(step > 0 ? 0 : found.length - 1);
        } catch {
          // A request that was given up; or there is no list either. Suggestions are a help, not a promise.
        }
      }, at);
    };
    const typed = () => input.value.trim() !== asked && ask(pause);

    input.addEventListener("input", (event) => event.isComposing || typed());
    input.addEventListener("compositionend", typed);
    input.addEventListener("blur", () => open(false));
    // A press on the list must not take the focus away before the click.
    panel.addEventListener("mousedown", (event) => event.preventDefault());

    input.addEventListener("keydown", (event) => {
      if (composing(event)) {
        if (event.key === "Enter") event.preventDefault();
        return;
      }
      const count = options.children.length;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) {
        event.preventDefault();
        if (!count) return input.value.trim() ? ask(0, step) : undefined;
        if (panel.hidden) {
          open(true);
          if (event.altKey) return;
        } else if (event.altKey) {
          return step < 0 ? open(false) : undefined;
        }
        // One place more than options: the text field itself.
        activate(((active + 1 + step + count + 1) % (count + 1)) - 1);
      } else if (["Home", "End", "ArrowLeft", "ArrowRight"].includes(event.key)) {
        activate(-1); // back to the text, where the key moves the caret
      } else if (event.key === "Escape" && !panel.hidden) {
        event.preventDefault(); // a second Escape clears the field
        open(false);
      } else if (event.key === "Enter" && active >= 0) {
        event.preventDefault();
        const { ctrlKey, metaKey, shiftKey } = event;
        options.children[active].dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey, metaKey, shiftKey }));
      }
    });

    form.addEventListener("submit", (event) => {
      clearTimeout(timer);
      if (request) request.abort();
      asked = input.value.trim();
      open(false);
      options.replaceChildren();
      if (asked) return;
      event.preventDefault();
      input.focus();
    });
  }

  const inputs = document.querySelectorAll('input[type="search"][name="q"]');
  inputs.forEach(combobox);

  document.addEventListener("keydown", (event) => {
    const slash = event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey &&
      !event.target.closest("input, textarea, select, [contenteditable]");
    const command = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
    if (!inputs.length || composing(event) || !(slash || command)) return;
    event.preventDefault();
    inputs[0].focus();
    inputs[0].select();
  });

  window.whyfix = Object.freeze({ h, fill, getJSON, roughly });
})();
