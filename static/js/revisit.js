/* What the browser adds to pages that work without it: keys, menus that close, rows that open, one submit a form. */
(function () {
  "use strict";

  const doc = document;
  const typing = (el) => el && (el.isContentEditable || /^(input|textarea|select)$/i.test(el.tagName));
  let byPointer = false;
  let dismissing = false; // this click only closes what is open, whatever lies under it
  addEventListener("pointerdown", (event) => {
    byPointer = true;
    dismissing = [...doc.querySelectorAll("details.rv-drop[open], #rv-hits:not([hidden])")].some((open) => !open.contains(event.target));
  }, true);
  addEventListener("keydown", () => { byPointer = false; }, true);

  // --- A second click on submit does nothing -------------------------------------------------------------------
  const once = (form) => form.method === "post" && !form.hasAttribute("data-many");
  const release = () => doc.querySelectorAll("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
  });
  doc.addEventListener("submit", (event) => {
    const form = event.target;
    if (!once(form)) return;
    if (form.dataset.sent) { event.preventDefault(); event.stopPropagation(); return; }
    form.dataset.sent = "1";
    // Marked, not disabled: a disabled button would not send its own name and value.
    (event.submitter || form.querySelector("[type=submit], button:not([type])"))?.setAttribute("aria-busy", "true");
    // Somebody else may have stopped this sending (a question answered with no): then it was none.
    setTimeout(() => { if (event.defaultPrevented && !form.matches("[hx-post], [hx-put]")) release(); });
  }, true);
  addEventListener("pageshow", release); // back with the arrow: what was typed is there, and the button works
  doc.addEventListener("htmx:afterRequest", release);

  // --- Menus: <details class="rv-drop"> ------------------------------------------------------------------------
  const close = (drop, focus) => {
    if (!drop || !drop.open) return;
    drop.open = false;
    if (focus) drop.querySelector("summary")?.focus();
  };
  const openDrops = () => [...doc.querySelectorAll("details.rv-drop[open]")];
  doc.addEventListener("toggle", (event) => {
    const drop = event.target;
    if (!drop.matches?.("details.rv-drop") || !drop.open) return;
    openDrops().filter((other) => other !== drop && !other.contains(drop)).forEach((other) => close(other));
  }, true);
  doc.addEventListener("click", (event) => {
    openDrops().filter((drop) => !drop.contains(event.target)).forEach((drop) => close(drop));
  });
  doc.addEventListener("focusout", (event) => {
    const drop = event.target.closest?.("details.rv-drop[open]");
    if (drop && event.relatedTarget && !drop.contains(event.relatedTarget)) close(drop);
  });
  const menuKeys = (event) => {
    const drop = event.target.closest?.("details.rv-drop[open]");
    if (!drop) return false;
    const menu = drop.querySelector("[data-menu]");
    if (!menu) return false;
    const items = [...menu.querySelectorAll("a, button")].filter((item) => item.offsetParent);
    const at = items.indexOf(doc.activeElement);
    const go = (index) => { items[(index + items.length) % items.length]?.focus(); event.preventDefault(); return true; };
    if (event.key === "ArrowDown") return go(at + 1);
    if (event.key === "ArrowUp") return go(at < 0 ? -1 : at - 1);
    if (event.key === "Home") return go(0);
    if (event.key === "End") return go(items.length - 1);
    const hit = !event.ctrlKey && !event.metaKey && !event.altKey && event.key.length === 1
      && menu.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (hit) { hit.click(); event.preventDefault(); return true; }
    return false;
  };

  // --- Search: what drops down under the field; arrows choose, Enter without a choice opens the page of results --------
  const search = doc.getElementById("rv-search");
  const hits = doc.getElementById("rv-hits");
  if (search && hits) {
    search.setAttribute("role", "combobox");
    search.setAttribute("aria-autocomplete", "list");
    search.setAttribute("aria-controls", "rv-hits");
    const options = () => [...hits.querySelectorAll("[role=option]")];
    const chosen = () => hits.querySelector("[aria-selected=true]");
    const choose = (option) => {
      chosen()?.removeAttribute("aria-selected");
      if (!option) { search.removeAttribute("aria-activedescendant"); return; }
      option.setAttribute("aria-selected", "true");
      search.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    };
    const show = (yes) => {
      hits.hidden = !yes;
      search.setAttribute("aria-expanded", String(yes));
      if (!yes) choose(null);
    };
    show(false);
    hits.addEventListener("htmx:afterSwap", () => {
      const near = doc.activeElement === search || hits.contains(doc.activeElement);
      show(near && hits.childElementCount > 0);
    });
    search.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "Escape" && !hits.hidden) { show(false); event.preventDefault(); event.stopPropagation(); }
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step && !hits.hidden && options().length) {
        const all = options();
        const at = all.indexOf(chosen());
        choose(all[(at + step + all.length) % all.length] || all[0]);
        event.preventDefault();
      }
      if (event.key === "Enter" && chosen() && !hits.hidden) { chosen().click(); event.preventDefault(); }
    });
    const away = (event) => { if (!search.form.contains(event.target)) show(false); };
    doc.addEventListener("pointerdown", away);
    doc.addEventListener("focusin", away);
  }

  // --- Lists: a row opens with a click anywhere and with Enter; J and K move --------------------------------------
  const rowOf = (el) => {
    const row = el.closest?.("tbody tr, .rv-row, [data-row]");
    return row && (row.matches("a") ? row : row.querySelector("a.open")) ? row : null;
  };
  const linkOf = (row) => (row.matches("a") ? row : row.querySelector("a.open"));
  const listRows = () => [...doc.querySelectorAll("tbody tr, .rv-row, [data-row]")].filter((row) => rowOf(row) === row && row.offsetParent);
  const mark = (row) => {
    doc.querySelectorAll(".on[data-marked]").forEach((old) => { old.classList.remove("on"); delete old.dataset.marked; });
    row.classList.add("on");
    row.dataset.marked = "1";
    linkOf(row).focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  };
  const dressRows = (root) => root.querySelectorAll("tbody tr").forEach((row) => { if (row.querySelector("a.open")) row.dataset.row = ""; });
  doc.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || dismissing || event.target.closest("a, button, input, select, textarea, label, summary, details")) return;
    const row = rowOf(event.target);
    if (!row || String(getSelection())) return;
    if (event.ctrlKey || event.metaKey) open(linkOf(row).href, "_blank", "noopener");
    else linkOf(row).click();
  });
  const move = (step) => {
    const rows = listRows();
    if (!rows.length) return;
    const at = rows.findIndex((row) => row.dataset.marked || row.contains(doc.activeElement));
    mark(rows[Math.max(0, Math.min(rows.length - 1, at < 0 ? (step > 0 ? 0 : rows.length - 1) : at + step))]);
  };

  // --- Keys of every page ----------------------------------------------------------------------------------------
  doc.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const drop = openDrops().pop();
      if (drop) { close(drop, true); event.preventDefault(); }
      else if (typing(doc.activeElement) && doc.activeElement.id === "rv-search") doc.activeElement.blur();
      return;
    }
    if (menuKeys(event)) return;
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
      const form = doc.activeElement?.closest?.("form");
      if (form && form.method === "post") { form.requestSubmit(form.querySelector("[type=submit]") || undefined); event.preventDefault(); }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "/") {
      const search = doc.getElementById("rv-search");
      if (search) { search.focus(); search.select(); event.preventDefault(); }
    } else if (event.key === "j" || event.key === "J") move(1);
    else if (event.key === "k" || event.key === "K") move(-1);
    else if (event.key === "n" || event.key === "N") {
      const drop = doc.querySelector(".rv-top details.rv-drop:has([data-key])");
      if (drop) { drop.open = true; drop.querySelector("summary").focus(); event.preventDefault(); }
    }
  });

  // --- Filters: a choice made with the pointer applies at once; keyboards use the button ---------------------------
  doc.addEventListener("change", (event) => {
    const form = event.target.closest?.("form[data-filters]");
    if (form && byPointer && event.target.matches("select, [type=radio], [type=checkbox]") && !event.target.multiple) form.requestSubmit();
  });
  doc.addEventListener("submit", (event) => {
    // Empty fields stay out of the address, so that it can be read and sent to a colleague.
    const form = event.target;
    if (!form.matches("form[data-filters], form[role=search]")) return;
    const empty = [...form.elements].filter((field) => field.name && field.value === "" && !field.disabled);
    empty.forEach((field) => { field.disabled = true; });
    setTimeout(() => empty.forEach((field) => { field.disabled = false; }));
  });

  // --- Messages: a success goes away after a while, unless it is being read ---------------------------------------
  const dressMessages = (root) => root.querySelectorAll("[data-strip]").forEach((strip) => {
    const button = strip.querySelector("[data-dismiss]");
    if (!button || !button.hidden) return;
    button.hidden = false;
    button.addEventListener("click", () => strip.remove());
  });

  // --- The weekday beside a date -----------------------------------------------------------------------------------
  const weekday = (input) => {
    const place = doc.querySelector(`[data-weekday-of="${CSS.escape(input.id)}"]`);
    if (!place) return;
    const [year, month, day] = input.value.slice(0, 10).split("-").map(Number);
    const at = new Date(Date.UTC(year, (month || 1) - 1, day || 1));
    place.textContent = day ? new Intl.DateTimeFormat(doc.documentElement.lang, { weekday: "short", timeZone: "UTC" }).format(at) : "";
  };
  doc.addEventListener("input", (event) => { if (event.target.matches?.("[type=date], [type=datetime-local]")) weekday(event.target); });

  // What scrolls by itself can be reached, and so scrolled, by keyboard.
  const dressScrollers = (root) => root.querySelectorAll(".rv-tw, .rv-clocks, .rv-explain, .rv-tabs").forEach((box) => {
    const scrolls = box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1;
    if (scrolls && /auto|scroll/.test(getComputedStyle(box).overflow) && !box.hasAttribute("tabindex")) box.tabIndex = 0;
  });

  const dress = (root) => { dressRows(root); dressMessages(root); dressScrollers(root); };
  dress(doc);
  doc.addEventListener("htmx:afterSwap", (event) => dress(event.target));
  doc.querySelector(".rv-errors")?.focus();
})();
