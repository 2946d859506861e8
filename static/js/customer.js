/* The customer's page: L, or the button, leads into the form for a contact. */
(function () {
  "use strict";

  const field = document.querySelector("#log-contact textarea");
  if (!field) return;
  const go = (event) => {
    event.preventDefault();
    document.getElementById("log-contact").scrollIntoView({ block: "center" });
    field.focus({ preventScroll: true });
  };
  document.querySelectorAll("[data-log-contact]").forEach((link) => link.addEventListener("click", go));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, [contenteditable]")) return;
    if (event.key === "l" || event.key === "L") go(event);
  });
})();
