// The page of results: shows a search without loading the page again, from the
// search endpoint, or, when that cannot be reached, from the list of titles
// and symptoms beside the pages. What the server filled stays until the reader
// asks for something else. The markup is that of search.html.
(() => {
  "use strict";

  const { h, fill, getJSON, roughly } = window.whyfix;
  const site = document.body.dataset;
  const results = document.getElementById("wf-results");
  const status = results.querySelector(".results-status");
  const frequent = document.getElementById("wf-frequent");
  const input = document.getElementById("wf-q");
  const icon = document.getElementById("wf-notice");
  const words = JSON.parse(document.getElementById("wf-words").textContent);
  const filters = Object.keys(words.facet);
  const size = 10;
  const reach = 1000; // how far the endpoint counts: size × page
  const longest = 200; // characters of a question that all filters are offered for, each of which repeats it
  const wide = matchMedia("(min-width: 62rem)"); // as in style.css: there is room for all filters

  let shown = location.search; // the search whose results stand here
  let request;
  let offline = false; // the results are those of the list
  const answers = new Map(); // by query string: the way back needs no request
  // What stands here is of one release of the site, whichever process answers, and also while another
  // release goes live: more of the same question is asked of the one that answered it.
  let release = results.dataset.served;
  let asked = release ? question(new URLSearchParams(shown)) : "";

  const paragraph = (name, ...children) => h("p", { class: name }, ...children);
  const put = (...children) => {
    while (status.nextSibling) status.nextSibling.remove(); // the status stays where it is, or nobody hears it change
    results.append(...children.filter(Boolean));
  };
  // say fills the status, and shows the frequent questions when there is nothing else.
  const say = (helpless, ...children) => {
    status.replaceChildren(...children.filter(Boolean));
    if (frequent) frequent.hidden = !helpless;
  };
  const notice = (text) => paragraph("notice", icon && icon.content.cloneNode(true), h("span", {}, text));

  // address is the same search with another value, from its first page.
  const address = (params, name, value) => {
    const next = new URLSearchParams(params);
    next.delete("page");
    value ? next.set(name, value) : next.delete(name);
    next.sort(); // as the server does
    return "?" + next;
  };
  const unfiltered = (params) => {
    const next = new URLSearchParams(params);
    for (const name of [...filters, "page"]) next.delete(name);
    return "?" + next;
  };
  const filtered = (params) => filters.some((name) => params.get(name));

  /* Asking */

  // question is what a reader wants to know, whatever the filters and the page.
  function question(params) {
    return (params.get("q") || "").trim();
  }

  async function search() {
    const params = new URLSearchParams(location.search);
    const query = question(params);
    const key = shown = location.search;
    if (request) request.abort();
    results.removeAttribute("aria-busy");
    request = new AbortController();
    const { signal } = request;
    input.value = query;
    document.title = (query ? query + " – " : "") + results.dataset.title;
    if (!query) {
      put();
      return say(true);
    }
    offline = false;
    if (answers.has(key)) return show(params, query, answers.get(key));
    if (!status.nextSibling) say(false, paragraph("results-count", words.searching));
    results.setAttribute("aria-busy", "true");
    try {
      const answer = await endpoint(params, signal);
      if (signal.aborted) return;
      if (answer.error) {
        put();
        say(false, notice({ query_too_long: words.query_too_long, too_far: words.beyond }[answer.error.code] || words.problem));
        if (answer.error.code === "too_far") put(beyond(params));
      } else {
        if (answer.release !== release) answers.clear(); // one that is not kept any more
        release = answer.release;
        asked = query;
        answers.set(key, answer);
        show(params, query, answer);
      }
    } catch (error) {
      if (error.name !== "AbortError") await withoutEndpoint(query, signal);
    } finally {
      if (!signal.aborted) results.removeAttribute("aria-busy");
    }
  }

  // endpoint answers a search; when filters leave nothing, with what is there
  // without them.
  async function endpoint(params, signal) {
    const ask = async (parameters) => {
      const { ok, status: code, answer } = await getJSON(site.api + "search" + parameters + "&size=" + size, signal);
      if (!ok && (code !== 400 || !answer.error)) throw new Error("no endpoint");
      return answer;
    };
    const own = new URLSearchParams(params);
    own.delete("size");
    if (!own.has("language")) own.set("language", document.documentElement.lang);
    own.delete("release");
    if (release && question(params) === asked) own.set("release", release);
    const answer = await ask("?" + own);
    if (answer.error || answer.total) return answer;
    own.set("release", answer.release);
    if (filtered(params)) {
      const all = await ask(unfiltered(own));
      answer.nearest = all.release === answer.release && all.hits || []; // better none than those of another release
    }
    if (!(answer.nearest || []).length) answer.suggested = await near(own, signal);
    return answer;
  }

  // near are wordings that come near a question that finds nothing, such as initials.
  async function near(params, signal) {
    try {
      const typed = new URLSearchParams({ q: params.get("q"), size: 5, language: params.get("language"), release: params.get("release") });
      return (await getJSON(site.api + "suggest?" + typed, signal)).answer.suggestions || [];
    } catch (error) {
      if (error.name === "AbortError") throw error;
      return []; // a help, not a promise
    }
  }

  async function withoutEndpoint(query, signal) {
    try {
      const found = await roughly(query);
      if (signal.aborted) return;
      offline = true;
      put(found.length
        ? h("ol", { class: "hits" }, found.map((entry) => hit({ ...entry, summary: entry.symptoms.slice(0, 3).join(" · ") })))
        : nothing());
      say(!found.length, notice(words.offline), found.length ? counted(found.length) : none(query));
    } catch {
      if (signal.aborted) return;
      put();
      say(true, notice(words.problem));
    }
  }

  /* Showing */

  const none = (query) => paragraph("advice-title", fill(words.nothing, query));
  const counted = (n, mode) => paragraph("results-count", mode === "relaxed" && words.results_near ? fill(words.results_near, n) : n === 1 ? words.results_one : fill(words.results, n));

  function show(params, query, answer) {
    const { hits, total, mode, corrected, pinyin } = answer;
    const page = Math.max(1, parseInt(params.get("page"), 10) || 1);
    const past = !hits.length && total > 0;
    // A theme of its own may be older than these words.
    const doubtful = hits.length > 0 && answer.answered === false && words.unanswered;
    const more = past ? [] : [page > 1 && h("a", { class: "chip", rel: "prev", href: address(params, "page", page > 2 && page - 1) }, words.previous),
      page * size < total && (page + 1) * size <= reach && h("a", { class: "chip", rel: "next", href: address(params, "page", page + 1) }, words.next)].filter(Boolean);
    put(facets(params, answer.facets, total, [...query].length > longest),
      doubtful && h("h2", { class: "hits-title" }, words.closest),
      hits.length ? h("ol", { class: "hits" }, hits.map((one) => hit(one, doubtful && { "aria-level": 3 }))) : past ? beyond(params) : nothing(params, answer.nearest, answer.suggested),
      more.length && h("nav", { class: "pager", "aria-label": words.pages }, more));
    say(!hits.length && !past && !(answer.nearest || []).length,
      doubtful ? notice(words.unanswered) : hits.length ? counted(total, mode) : past ? paragraph("advice-title", words.beyond) : none(query),
      hits.length && mode === "corrected" && corrected && paragraph("results-mode", pinyin && words.pinyin ? fill(words.pinyin, corrected) : fill(words.corrected, query, corrected)));
  }

  const beyond = (params) => h("div", { class: "advice" }, h("p", {}, h("a", { class: "chip", href: address(params, "page", "") }, words.first)));

  const links = (title, list) => [h("h2", {}, title), h("ul", { class: "advice-links" }, list.slice(0, 5).map(([url, text]) => h("li", {}, h("a", { href: url, ...elsewhere(url) }, text))))];

  const nothing = (params, nearest, suggested) => h("div", { class: "advice" },
    params && filtered(params) && h("p", {}, words.filtered),
    params && filtered(params) && h("p", {}, h("a", { class: "chip", href: unfiltered(params) }, words.unfiltered)),
    (nearest || []).length
      ? links(words.nearest, nearest.map(({ url, title }) => [url, title]))
      : [(suggested || []).length > 0 && links(words.suggested, suggested.map(({ url, text }) => [url, text])), h("ul", {}, words.advice.map((text) => h("li", {}, text)))].flat());

  // facets offer what changes something: a filter that all have is none.
  function facets(params, all, total, long) {
    const before = results.querySelector(".facets");
    let active = 0;
    const sections = filters.map((name) => {
      const asked = params.get(name);
      if (asked) active++;
      // Beside a long question stand those alone that can be taken away.
      const values = (all[name] || []).filter(({ value, count }) => value === asked || !long && count < total);
      // A filter that leaves nothing is still there to be taken away.
      if (asked && !values.some(({ value }) => value === asked)) values.push({ value: asked, count: 0 });
      if (!values.length) return null;
      values.sort((a, b) => (b.value === asked) - (a.value === asked));
      const chips = (part) => h("ul", { class: "chips" }, part.map(({ value, label, count }) => {
        const on = asked === value;
        const link = h("a", { class: "chip", href: address(params, name, on ? "" : value) },
          label || (name === "kind" ? words.kind[value] : value), " ", h("span", { class: "count" }, count));
        if (on) link.setAttribute("aria-current", "true");
        return h("li", {}, link);
      }));
      const many = values.length > 10;
      const more = many && h("details", { class: "facet-more" }, h("summary", {}, fill(words.more, values.length - 8)), chips(values.slice(8)));
      if (more) more.open = !!before?.querySelector(`[data-facet="${name}"] .facet-more`)?.open;
      return h("section", { "data-facet": name }, h("h2", {}, words.facet[name]), chips(many ? values.slice(0, 8) : values), more);
    }).filter(Boolean);
    if (!sections.length) return null;
    const box = h("details", { class: "facets opens-wide" },
      h("summary", { class: "chip" }, words.filters || words.facets, active > 0 && [" ", h("span", { class: "count" }, active)]),
      h("nav", { "aria-label": words.facets }, sections));
    box.open = before ? before.open : wide.matches; // what the reader opened stays open
    return box;
  }

  // elsewhere marks the link of what is no page of this site; the endpoint gives
  // addresses of the web, and paths.
  const elsewhere = (url) => !url.startsWith("/") && { rel: "external nofollow noopener" };

  function hit({ url, title, summary, snippet, section, products, source, label, date }, level) {
    const kind = section && section.kind;
    const day = date && date.slice(0, 10);
    return h("li", { class: "hit" },
      h("h2", { class: "hit-title", ...level }, h("a", { href: url, ...elsewhere(url) }, title)),
      source && paragraph("hit-source", h("span", { class: "badge" }, label || source),
        day && [" ", h("time", { datetime: day }, day)],
        elsewhere(url) && [" ", h("span", { class: "hit-host" }, new URL(url).host)]),
      section && section.title && h("p", { class: "hit-section" + (kind ? " kind-" + kind : "") },
        h("a", { href: section.url }, kind && [h("span", { class: "badge" }, words.kind[kind]), " "], section.title)),
      (snippet || summary) && paragraph("hit-snippet", snippet ? marked(snippet) : summary),
      (products || []).length > 0 && paragraph("hit-products", products.join(" · ")));
  }

  // marked turns escaped text with <mark> into nodes: no other element can come of it.
  function marked(html) {
    const named = { amp: "&", lt: "<", gt: ">", quot: '"' };
    const text = (s) => s.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (all, decimal, hex, name) =>
      name ? named[name] || all : String.fromCodePoint(decimal ? +decimal : parseInt(hex, 16)));
    return html.split(/<mark>(.*?)<\/mark>/s).map((part, i) => (i % 2 ? h("mark", {}, text(part)) : text(part)));
  }

  /* What the reader does */

  const go = (to) => {
    if (to !== location.search) history.pushState(null, "", location.pathname + to);
    return search();
  };

  input.form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    event.preventDefault();
    // The keyboard of a phone covers the results.
    if (matchMedia("(hover: none)").matches) input.blur();
    go("?" + new URLSearchParams({ q: input.value.trim() }));
  });

  // A filter keeps the place of the keyboard; another page of results starts at its top.
  results.addEventListener("click", async (event) => {
    const link = event.target.closest("a");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    if (link.origin !== location.origin || link.pathname !== location.pathname || !new URLSearchParams(link.search).has("q")) return;
    event.preventDefault();
    const named = (a) => a.closest("[data-facet]")?.dataset.facet + " " + a.firstChild.textContent.trim();
    const filter = link.closest(".facets") && named(link);
    await go(link.search);
    const again = filter && [...results.querySelectorAll(".facets a")].find((a) => named(a) === filter);
    if (again) return again.focus({ preventScroll: true });
    status.focus({ preventScroll: true });
    input.form.scrollIntoView();
  });

  // The endpoint is told which hit was opened, and nothing about who opened it:
  // what leads readers nowhere can be mended. It may fail; the link is followed.
  const opened = (event) => {
    const link = event.target.closest(".hits a");
    if (!link || offline || event.button > 1 || link.origin !== location.origin) return; // its pages alone are counted
    const params = new URLSearchParams(shown);
    const page = Math.max(1, parseInt(params.get("page"), 10) || 1);
    const hits = [...results.querySelectorAll(".hit")];
    // Of a whole text its beginning tells which it was.
    const query = [...(params.get("q") || "").trim()].slice(0, 300).join("");
    const body = { query, url: link.pathname, position: (page - 1) * size + hits.indexOf(link.closest(".hit")) + 1 };
    fetch(site.api + "click", {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), credentials: "omit", keepalive: true,
    }).catch(() => {});
  };
  results.addEventListener("click", opened);
  results.addEventListener("auxclick", opened); // in another tab

  addEventListener("popstate", () => {
    if (location.search !== shown) search();
  });

  if (!results.dataset.served && new URLSearchParams(shown).get("q")) search();
})();
