/* What Django's admin leaves without a name gets one: cells that are edited in a list, halves of a date, empty choices. */
(function () {
  "use strict";
  const text = (el) => (el ? el.textContent.trim().replace(/[:\s]+$/, "") : "");
  const named = (el) => el.labels?.length || el.hasAttribute("aria-label") || el.hasAttribute("aria-labelledby");

  document.querySelectorAll("#result_list tbody :is(input:not([type=hidden]), select, textarea)").forEach((field) => {
    if (named(field)) return;
    const cell = field.closest("td, th");
    const head = document.querySelectorAll("#result_list thead th")[cell.cellIndex];
    const row = text(field.closest("tr").querySelector("th a, td.field-__str__ a, th"));
    field.setAttribute("aria-label", [text(head?.querySelector(".text") || head), row].filter(Boolean).join(", "));
  });
  document.querySelectorAll("p.datetime, .inline-related .datetime").forEach((pair) => {
    const whole = text(pair.closest("fieldset, .form-row, td")?.querySelector("legend, label"));
    pair.querySelectorAll("input").forEach((field) => {
      if (!named(field)) field.setAttribute("aria-label", [whole, text(field.previousSibling)].filter(Boolean).join(", "));
    });
  });
  document.querySelectorAll("#content :is(input:not([type=hidden]):not([type=submit]), select, textarea)").forEach((field) => {
    if (!named(field)) field.setAttribute("aria-label", text(field.closest("td, .form-row, p")?.querySelector("label, legend")) || field.title || field.name);
  });
  document.querySelectorAll("#changelist-filter a").forEach((link) => { if (!text(link)) link.textContent = "–"; });
})();
