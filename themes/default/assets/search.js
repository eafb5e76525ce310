// Shows results on a search page that no server filled: from the search
// endpoint, or from the short list of titles and symptoms beside the pages.
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
    const answer = await response.json();
    return { ok: response.ok, answer };
  };

  const results = document.getElementById("wf-results");
  const params = new URLSearchParams(location.search);
  const query = (params.get("q") || "").trim();
  if (results && !results.dataset.served && query) search();

  async function search() {
    const words = JSON.parse(document.getElementById("wf-words").textContent);
    const status = results.querySelector(".results-status");
    const say = (...children) => status.replaceChildren(...children);
    const put = (...children) => results.replaceChildren(status, ...children.filter(Boolean));
    const size = 10;
    const page = Math.max(1, parseInt(params.get("page"), 10) || 1);

    document.getElementById("wf-q").value = query;
    document.title = query + " – " + document.title;
    put();
    say(h("p", { class: "results-count" }, words.searching));

    const address = (name, value) => {
      const next = new URLSearchParams(params);
      next.delete("page");
      value ? next.set(name, value) : next.delete(name);
      return "?" + next;
    };
    const count = (n) => h("p", { class: "results-count" }, n === 1 ? words.results_one : fill(words.results, n));
    const mode = (text) => h("p", { class: "results-mode" }, text);
    const notice = (text) => h("p", { class: "notice" }, text);
    const nothing = () => h("div", { class: "advice" },
      h("p", { class: "advice-title" }, fill(words.nothing, query)), h("ul", {}, words.advice.map((text) => h("li", {}, text))));

    try {
      const ask = new URLSearchParams(params);
      ask.set("size", size);
      const { ok, answer } = await getJSON(site.api + "search?" + ask);
      if (ok) return show(answer);
      if (answer.error.code === "query_too_long") return say(notice(words.query_too_long));
    } catch {
      // There is no endpoint, or it cannot be reached.
    }
    offline().catch(() => say(notice(words.problem)));

    function show(answer) {
      const hits = answer.hits || [];
      if (!hits.length) {
        say();
        return put(nothing());
      }
      say(count(answer.total), answer.mode === "relaxed" && mode(words.relaxed) || "",
        answer.mode === "corrected" && answer.corrected && mode(fill(words.corrected, query, answer.corrected)) || "");
      const more = [page > 1 && h("a", { class: "chip", rel: "prev", href: address("page", page - 1) }, words.previous),
        page * size < answer.total && h("a", { class: "chip", rel: "next", href: address("page", page + 1) }, words.next)].filter(Boolean);
      put(facets(answer.facets || {}), h("ol", { class: "hits" }, hits.map(hit)),
        more.length && h("nav", { class: "pager", "aria-label": words.pages }, more));
    }

    function facets(all) {
      const sections = Object.keys(words.facet).filter((name) => (all[name] || []).length).map((name) => h("section", {},
        h("h2", {}, words.facet[name]),
        h("ul", { class: "chips" }, all[name].map(({ value, count: n }) => {
          const on = params.get(name) === value;
          const link = h("a", { class: "chip", href: address(name, on ? "" : value) },
            name === "kind" ? words.kind[value] : value, " ", h("span", { class: "count" }, n));
          if (on) link.setAttribute("aria-current", "true");
          return h("li", {}, link);
        }))));
      return sections.length && h("nav", { class: "facets", "aria-label": words.facets }, sections);
    }

    function hit({ url, title, summary, snippet, section, products, causes }) {
      const kind = section && section.kind;
      return h("li", { class: "hit" },
        h("h2", { class: "hit-title" }, h("a", { href: url }, title)),
        section && section.title && h("p", { class: "hit-section kind-" + kind },
          h("a", { href: section.url }, kind && h("span", { class: "badge" }, words.kind[kind]), section.title)),
        (snippet || summary) && h("p", { class: "hit-snippet" }, snippet ? marked(snippet) : summary),
        h("ul", { class: "hit-tags" }, (products || []).map((tag) => h("li", {}, tag)),
          (causes || []).map((tag) => h("li", { class: "kind-cause" }, tag))));
    }

    // marked turns escaped text with <mark> into nodes: no other element can come of it.
    function marked(html) {
      const named = { amp: "&", lt: "<", gt: ">", quot: '"' };
      const text = (s) => s.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (all, decimal, hex, name) =>
        name ? named[name] || all : String.fromCodePoint(decimal ? +decimal : parseInt(hex, 16)));
      return html.split(/<mark>(.*?)<\/mark>/s).map((part, i) => (i % 2 ? h("mark", {}, text(part)) : text(part)));
    }

    // offline looks for the question, then for its characters, in titles and symptoms.
    async function offline() {
      const { answer } = await getJSON(site.home + "search-lite.json");
      const fold = (s) => s.normalize("NFKC").toLowerCase().replace(/[\s\p{P}]/gu, "");
      const q = fold(query);
      const pairs = q.length > 1 ? [...q].slice(1).map((c, i) => [...q][i] + c) : [q];
      const score = (text) => {
        const t = fold(text);
        if (!t || !q) return 0;
        if (t.includes(q) || q.includes(t)) return 2;
        return pairs.filter((pair) => t.includes(pair)).length / pairs.length + [...q].filter((c) => t.includes(c)).length / q.length / 4;
      };
      const found = answer
        .map((entry) => ({ ...entry, score: Math.max(...[entry.title, ...(entry.symptoms || [])].map(score)) }))
        .filter((entry) => entry.score >= 0.35)
        .sort((a, b) => b.score - a.score)
        .slice(0, 20);
      say(notice(words.offline));
      put(found.length ? h("ol", { class: "hits" }, found.map((entry) => hit({ ...entry, summary: (entry.symptoms || []).slice(0, 3).join(" · ") }))) : nothing());
    }
  }
})();
