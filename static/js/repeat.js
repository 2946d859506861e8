/* Rows that repeat in a form: another one, take one out. Without this the form shows two empty rows. */
(function () {
  "use strict";

  document.querySelectorAll("[data-repeat-add]").forEach((button) => {
    const name = button.dataset.repeatAdd;
    const list = document.querySelector(`[data-repeat="${name}"]`);
    const blank = document.querySelector(`[data-repeat-row="${name}"]`);
    const total = document.querySelector(`[name="${name}-TOTAL_FORMS"]`);
    button.hidden = false;
    button.addEventListener("click", () => {
      const holder = document.createElement("div");
      holder.innerHTML = blank.innerHTML.replaceAll("__prefix__", total.value);
      total.value = Number(total.value) + 1;
      const row = holder.firstElementChild;
      list.append(row);
      dress(row);
      row.querySelector("input[type=text]")?.focus();
    });
  });

  function dress(root) {
    root.querySelectorAll("[data-repeat-remove]").forEach((button) => {
      button.hidden = false;
      button.addEventListener("click", () => {
        // Emptied and out of sight, not removed: the numbers of the rows stay whole.
        const row = button.closest(".ro");
        row.querySelectorAll("input[type=text]").forEach((input) => { input.value = ""; });
        row.querySelectorAll("input[type=checkbox]").forEach((input) => { input.checked = false; });
        row.hidden = true;
        (row.nextElementSibling || row.previousElementSibling)?.querySelector("input")?.focus();
      });
    });
  }
  dress(document);
})();
