// Sends the answer to “did this help?” without loading the page again.
(() => {
  "use strict";

  const feedback = document.getElementById("wf-feedback");
  const said = document.getElementById("wf-thanks");
  const thanks = said.textContent;

  feedback.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { url, helped } = event.target.elements;
    const reason = event.submitter && event.submitter.value;
    const body = { url: url.value, helped: helped.value === "true" };
    if (!body.helped && reason) body.reason = reason;
    // Shown empty first: what a live region already says when it appears is not read out.
    said.textContent = "";
    feedback.classList.add("feedback-answered");
    try {
      const response = await fetch(event.target.action, {
        method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), credentials: "omit",
      });
      if (!response.ok) throw new Error("refused");
      feedback.classList.add("feedback-sent");
      said.textContent = thanks;
    } catch {
      said.textContent = feedback.dataset.failed; // the choice stays, to try again
    }
    said.focus({ preventScroll: true });
  });
})();
