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
  const says = ({ text, sounds }, word) => text.includes(word) || /^[a-z]{1,40}$/.test(word) && sounds.some((_, at) => typed(sounds, at, word));

  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const one of groups) {
      let here = 0;
      for (const entry of one.lines) {
        entry.line.hidden = !words.every((word) => says(entry, word));
        if (!entry.line.hidden) here++;
      }
      one.group.open = words.length ? here > 0 : one.open;
      one.group.hidden = !here;
      found += here;
    }
    none.textContent = found ? "" : none.dataset.none;
    if (found) return;
    const search = document.createElement("a");
    search.href = none.dataset.search + "?" + new URLSearchParams({ q: input.value.trim() });
    search.textContent = input.value.trim();
    none.append(" ", search);
  });
})();
