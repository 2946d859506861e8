/* Rows of a purchase: products offered while one types, another row, save by key. Without this: five rows and "Compute". */
(function () {
  "use strict";

  const table = document.querySelector("[data-lines]");
  const form = document.querySelector("form[data-once]");
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && form) {
      event.preventDefault();
      form.requestSubmit(form.querySelector(".rv-formbar .btn-primary"));
    }
  });
  if (!table) return;

  const rows = table.tBodies[0];
  const blank = document.querySelector("[data-line-row]");
  const total = document.querySelector(`[name="${table.dataset.lines}-TOTAL_FORMS"]`);
  const add = table.querySelector("[data-line-add]");
  const most = Number(document.querySelector(`[name="${table.dataset.lines}-MAX_NUM_FORMS"]`).value);

  function another() {
    if (Number(total.value) >= most) return;
    const holder = document.createElement("tbody");
    holder.innerHTML = blank.innerHTML.replaceAll("__prefix__", total.value);
    total.value = Number(total.value) + 1;
    const row = holder.firstElementChild;
    rows.append(row);
    dress(row);
    row.querySelector("input").focus();
  }

  function recompute() {
    table.dispatchEvent(new CustomEvent("settle-lines"));
  }

  function dress(row) {
    const remove = row.querySelector("[data-line-remove]");
    remove.hidden = false;
    remove.addEventListener("click", () => {
      // Emptied and out of sight, not removed: the numbers of the rows stay whole.
      row.querySelectorAll("input").forEach((input) => { input.value = ""; });
      row.hidden = true;
      recompute();
      (row.nextElementSibling || row.previousElementSibling)?.querySelector("input")?.focus();
    });
    offer(row.querySelector("input"), row.querySelector(".rv-pop"));
  }

  function offer(input, pop) {
    let wait = 0;
    let asked = 0;
    input.autocomplete = "off";
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-autocomplete", "list");
    pop.id = `${input.id}-offers`;
    pop.setAttribute("role", "listbox");
    pop.setAttribute("aria-label", input.getAttribute("aria-label"));
    input.setAttribute("aria-controls", pop.id);

    function close() {
      asked += 1;
      clearTimeout(wait);
      pop.hidden = true;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    }

    function choices() { return [...pop.querySelectorAll("[data-take]")]; }

    function select(choice) {
      choices().forEach((other) => other.setAttribute("aria-selected", String(other === choice)));
      if (choice) {
        input.setAttribute("aria-activedescendant", choice.id);
        choice.scrollIntoView({ block: "nearest" });
      }
    }

    function take(choice) {
      input.value = choice.dataset.take;
      input.title = choice.textContent.trim();
      close();
      const row = input.closest("tr");
      const next = [...row.querySelectorAll("input")].find((other) => other !== input && !other.value);
      (next || row.querySelectorAll("input")[1]).focus();
      recompute();
    }

    async function ask() {
      const mine = (asked += 1);
      const typed = input.value.trim();
      if (!typed) { close(); return; }
      const answer = await fetch(`${table.dataset.hint}?q=${encodeURIComponent(typed)}`, {
        headers: { "X-Requested-With": "XMLHttpRequest" },
      });
      if (!answer.ok || mine !== asked) return;
      pop.innerHTML = await answer.text();
      choices().forEach((choice, place) => { choice.id = `${pop.id}-${place}`; });
      pop.hidden = false;
      input.setAttribute("aria-expanded", "true");
      select(choices()[0]);
    }

    input.addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(ask, 150); });
    input.addEventListener("blur", () => setTimeout(close, 150));
    pop.addEventListener("mousedown", (event) => {
      const choice = event.target.closest("[data-take]");
      if (choice) { event.preventDefault(); take(choice); }
    });
    input.addEventListener("keydown", (event) => {
      if (pop.hidden) return;
      const all = choices();
      const now = all.findIndex((choice) => choice.getAttribute("aria-selected") === "true");
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        const step = event.key === "ArrowDown" ? 1 : -1;
        select(all[(now + step + all.length) % all.length]);
      } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && all[now]) {
        event.preventDefault();
        take(all[now]);
      } else if (event.key === "Escape") {
        event.preventDefault();
        close();
      }
    });
  }

  rows.querySelectorAll("[data-line]").forEach(dress);
  add.hidden = false;
  add.addEventListener("click", another);
  document.addEventListener("keydown", (event) => {
    if (event.altKey && event.code === "KeyN") { event.preventDefault(); another(); }
  });
  // Enter in a row goes on to the next one; saving takes Ctrl and Enter, or the button.
  rows.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey || event.defaultPrevented || event.target.tagName !== "INPUT") return;
    event.preventDefault();
    const inputs = [...rows.querySelectorAll("tr:not([hidden]) input")];
    const next = inputs[inputs.indexOf(event.target) + 1];
    if (next) next.focus(); else another();
  });
})();
