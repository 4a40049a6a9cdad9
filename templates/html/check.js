"use strict";
// Shows and hides what stands on the page already; without it everything is shown.
(() => {
  const filters = document.getElementById("filters");
  if (!filters) return;
  const field = (id) => document.getElementById(id);
  const unit = field("by-unit"), severity = field("by-severity"), rule = field("by-rule"), text = field("by-text");
  const fold = (value) => value.normalize("NFKC").toLowerCase();
  const groups = [...document.querySelectorAll(".group")].map((element) => ({
    element,
    unit: element.dataset.unit,
    items: [...element.querySelectorAll("li")].map((item) => ({ item, text: null })),
  }));
  const searched = (entry) => (entry.text ??= fold(entry.item.textContent));

  function apply() {
    const words = fold(text.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const group of groups) {
      let inGroup = 0;
      for (const entry of group.items) {
        const fits =
          (!unit.value || group.unit === unit.value) &&
          (!severity.value || entry.item.className === severity.value) &&
          (!rule.value || entry.item.dataset.rule === rule.value) &&
          words.every((word) => searched(entry).includes(word));
        entry.item.hidden = !fits;
        if (fits) inGroup += 1;
      }
      group.element.hidden = inGroup === 0;
      shown += inGroup;
    }
    field("n-shown").textContent = String(shown);
    field("nothing").hidden = shown > 0;
  }

  function reset() {
    for (const control of [unit, severity, rule, text]) control.value = "";
    apply();
  }

  // A link to something a filter hides shows it again.
  function reveal() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && target.closest("[hidden]")) {
      reset();
      target.scrollIntoView();
    }
  }

  filters.hidden = false;
  for (const control of [unit, severity, rule, text]) control.addEventListener("input", apply);
  field("reset").addEventListener("click", () => { reset(); text.focus(); });
  window.addEventListener("hashchange", reveal);
  // Browsers keep what was chosen when a page is loaded again.
  apply();
})();
