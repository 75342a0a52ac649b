(function () {
  "use strict";
  var form = document.querySelector("form.filter");
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details").forEach(function (part) { part.open = true; });
  });
  if (!form) { return; }
  form.hidden = false;
  var boxes = Array.from(form.querySelectorAll("input[type=checkbox]"));
  var search = form.querySelector("input[type=search]");
  var shown = form.querySelector(".shown");
  var groups = Array.from(document.querySelectorAll("details.rule")).map(function (part) {
    return {
      part: part,
      number: part.querySelector(".number"),
      whole: part.querySelector(".number").textContent,
      about: (part.querySelector("summary").textContent + part.querySelector(".about-rule").textContent).toLowerCase(),
      findings: Array.from(part.querySelectorAll(".finding")).map(function (finding) {
        return { part: finding, severity: finding.dataset.severity, text: finding.textContent.toLowerCase() };
      })
    };
  });
  var total = groups.reduce(function (sum, group) { return sum + group.findings.length; }, 0);
  function apply() {
    var chosen = {};
    boxes.forEach(function (box) { chosen[box.value] = box.checked; });
    var words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    var count = 0;
    groups.forEach(function (group) {
      var left = 0;
      group.findings.forEach(function (finding) {
        var seen = chosen[finding.severity] !== false && words.every(function (word) {
          return finding.text.indexOf(word) >= 0 || group.about.indexOf(word) >= 0;
        });
        finding.part.hidden = !seen;
        if (seen) { left += 1; }
      });
      group.part.hidden = left === 0;
      group.number.textContent = left === group.findings.length ? group.whole : left + " / " + group.findings.length;
      count += left;
    });
    var language = document.documentElement.lang;
    shown.textContent = shown.dataset.template
      .replace("{count}", count.toLocaleString(language))
      .replace("{total}", total.toLocaleString(language));
  }
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  form.addEventListener("input", apply);
  apply();
})();
