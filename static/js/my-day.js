// The call card by keyboard: 1–6 choose the outcome, C calls, S opens what else can be done with it.
(() => {
  "use strict";
  const typing = (el) => el.matches("input:not([type=radio]), textarea, select, [contenteditable]");
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const card = document.querySelector("#card");
    if (!card) return;
    const choice = card.querySelector(`[data-outcome="${CSS.escape(event.key)}"]`);
    if (choice) {
      event.preventDefault();
      choice.checked = true;
      choice.focus();
      card.querySelector("textarea[name=note]")?.focus();
      return;
    }
    const link = { c: "[data-call]", s: "[data-snooze]" }[event.key.toLowerCase()];
    const target = link && card.querySelector(link);
    if (target) {
      event.preventDefault();
      target.click();
    }
  });
  document.querySelector(".rv-day .rv-row[aria-current]")?.scrollIntoView({ block: "nearest" });
})();
