// Sends the answer to “did this help?” without loading the page again: of the article, and of each of its cases.
(() => {
  "use strict";

  const feedback = document.getElementById("wf-feedback");
  const page = document.getElementById("wf-thanks");
  const thanks = page.textContent;

  // Where the thanks for a form are said.
  const sayer = (form) => {
    if (!form.classList.contains("solved")) {
      feedback.classList.add("feedback-answered");
      return page;
    }
    let said = form.querySelector(".feedback-thanks");
    if (!said) {
      said = page.cloneNode();
      said.removeAttribute("id");
      form.append(said);
    }
    return said;
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target.closest(".feedback form, .solved");
    if (!form) return;
    event.preventDefault();
    const fields = Object.fromEntries(new FormData(form, event.submitter));
    const said = sayer(form);
    // Shown empty first: what a live region already says when it appears is not read out.
    said.textContent = "";
    try {
      const response = await fetch(form.action, {
        method: "POST", headers: { "Content-Type": "application/json" }, credentials: "omit",
        body: JSON.stringify({ ...fields, helped: fields.helped === "true" }),
      });
      if (!response.ok) throw new Error("refused");
      if (said === page) feedback.classList.add("feedback-sent");
      else {
        form.replaceChildren(said);
        // Whoever was not helped is shown what else there is.
        if (fields.helped === "false") form.append(...document.querySelector(".choice-none .choice-body").cloneNode(true).childNodes);
      }
      said.textContent = thanks;
    } catch {
      said.textContent = feedback.dataset.failed; // the choice stays, to try again
    }
    said.focus({ preventScroll: true });
  });
})();
