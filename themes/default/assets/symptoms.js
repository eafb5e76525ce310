// The index of symptoms is filtered as its reader types: by words, by pinyin, by first letters.
(() => {
  "use strict";

  const box = document.querySelector(".filter");
  const input = box.querySelector("input");
  const none = box.querySelector(".filter-none");
  const groups = [...document.querySelectorAll(".symptom-group")].map((group) => ({
    group,
    open: group.open,
    lines: [...group.querySelectorAll("li")].map((line) => ({
      line, text: line.textContent.toLowerCase(), sounds: (line.dataset.sound || "").split(" ").map((one) => one.split("/")),
    })),
  }));
  box.hidden = !groups.length; // each group has a page of its own

  // typed tells whether letters are how somebody types a text from a character on: whole syllables, their beginnings
  // or their first letters.
  const typed = (sounds, at, letters) => !letters || at < sounds.length && sounds[at].some((sound) => sound && (sound.startsWith(letters) ||
    letters.startsWith(sound) && typed(sounds, at + 1, letters.slice(sound.length)) ||
    letters[0] === sound[0] && typed(sounds, at + 1, letters.slice(1))));
  // pairs are the pairs of neighbours in a word: 手机号不对 is 手机, 机号, 号不, 不对.
  const pairs = (word) => [...word].slice(1).map((c, i) => [...word][i] + c);
  const near = ({ text }, word) => {
    const all = /\p{Script=Han}{3}/u.test(word) ? pairs(word) : [];
    return all.length > 0 && all.filter((pair) => text.includes(pair)).length >= 0.6 * all.length;
  };
  const says = ({ text, sounds }, word) => text.includes(word) || /^[a-z]{1,40}$/.test(word) && sounds.some((_, at) => typed(sounds, at, word));

  // show leaves what matches all words, and says how many that are.
  const show = (words, matches) => {
    let found = 0;
    for (const one of groups) {
      let here = 0;
      for (const entry of one.lines) {
        entry.line.hidden = !words.every((word) => matches(entry, word));
        if (!entry.line.hidden) here++;
      }
      one.group.open = words.length ? here > 0 : one.open;
      one.group.hidden = !here;
      found += here;
    }
    return found;
  };

  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = show(words, says) || show(words, near);
    none.textContent = found ? "" : none.dataset.none;
    if (found) return;
    const search = document.createElement("a");
    search.href = none.dataset.search + "?" + new URLSearchParams({ q: input.value.trim() });
    search.textContent = input.value.trim();
    none.append(" ", search);
  });
})();
