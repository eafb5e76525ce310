// Applies the reader's choice of colours before the page is painted, and tells
// the style sheet that scripts run.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  try {
    const theme = localStorage.getItem("whyfix-theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  } catch {
    // Storage is blocked: the system's colours stay.
  }
})();
