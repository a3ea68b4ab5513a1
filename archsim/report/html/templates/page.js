"use strict";
(function () {
  function config(zooms) {
    return { displaylogo: false, responsive: true, scrollZoom: false, displayModeBar: zooms,
      modeBarButtons: [["toImage", "zoom2d", "pan2d", "resetScale2d"]] };
  }

  // Charts in sight come first; the others follow one by one, so that the page answers at once.
  function draw() {
    var specs = JSON.parse(document.getElementById("chart-data").textContent);
    var places = Array.prototype.slice.call(document.querySelectorAll("[data-chart]"));
    function next() {
      var place = places.shift();
      if (!place) { document.documentElement.dataset.drawn = "yes"; return; }
      var spec = specs[place.dataset.chart];
      Plotly.newPlot(place, spec.data, spec.layout, config(spec.zooms)).then(function () {
        var inSight = place.getBoundingClientRect().top < window.innerHeight;
        if (inSight) { next(); } else { setTimeout(next, 0); }
      });
    }
    next();
  }

  function rowsOf(table) { return Array.prototype.slice.call(table.tBodies[0].rows); }

  function filter(input) {
    var table = document.getElementById(input.dataset.filters);
    var words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    var rows = rowsOf(table), shown = 0;
    rows.forEach(function (row) {
      var text = row.textContent.toLowerCase();
      var fits = words.every(function (word) { return text.indexOf(word) >= 0; });
      row.hidden = !fits;
      shown += fits ? 1 : 0;
    });
    var count = document.querySelector("output[data-counts='" + table.id + "']");
    if (count) { count.textContent = shown + " of " + rows.length + " rows"; }
  }

  function valueOf(row, column) {
    var cell = row.cells[column];
    var text = cell.dataset.value !== undefined ? cell.dataset.value : cell.textContent.trim();
    var number = Number(text);
    return text !== "" && !isNaN(number) ? number : text.toLowerCase();
  }

  function compare(a, b) {
    if (typeof a !== typeof b) { return typeof a === "number" ? -1 : 1; }
    return a < b ? -1 : a > b ? 1 : 0;
  }

  function sort(button) {
    var head = button.closest("th"), table = head.closest("table");
    var column = Array.prototype.indexOf.call(head.parentNode.cells, head);
    var down = head.getAttribute("aria-sort") === "ascending";
    head.parentNode.querySelectorAll("th").forEach(function (other) { other.removeAttribute("aria-sort"); });
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    var rows = rowsOf(table);
    rows.sort(function (a, b) { return compare(valueOf(a, column), valueOf(b, column)) * (down ? -1 : 1); });
    rows.forEach(function (row) { table.tBodies[0].appendChild(row); });
  }

  function csvCell(cell) {
    var exact = cell.dataset.value;
    var text = exact !== undefined ? exact : cell.textContent.trim().replace(/\s+/g, " ");
    // A text that could start a formula gets an apostrophe, as in archsim's own CSV files.
    if (isNaN(Number(text)) && /^[=+\-@\t\n]/.test(text)) { text = "'" + text; }
    return /[",\n\r]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
  }

  function csvOf(table) {
    var rows = [table.tHead.rows[0]].concat(rowsOf(table).filter(function (row) { return !row.hidden; }));
    return rows.map(function (row) {
      return Array.prototype.map.call(row.cells, csvCell).join(",");
    }).join("\n") + "\n";
  }

  function download(button) {
    var table = document.getElementById(button.dataset.csv);
    var link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([csvOf(table)], { type: "text/csv" }));
    link.download = table.id + ".csv";
    link.click();
    setTimeout(function () { URL.revokeObjectURL(link.href); }, 1000);
  }

  document.querySelectorAll("input[data-filters]").forEach(function (input) {
    input.addEventListener("input", function () { filter(input); });
    filter(input);
  });
  document.querySelectorAll("table[id] th button").forEach(function (button) {
    button.addEventListener("click", function () { sort(button); });
  });
  document.querySelectorAll("button[data-csv]").forEach(function (button) {
    button.addEventListener("click", function () { download(button); });
  });
  window.archsimPage = { csvOf: csvOf };
  draw();
})();
