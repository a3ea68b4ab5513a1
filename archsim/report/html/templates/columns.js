"use strict";
// The table of the page: unpacked columns, what a cell shows, and CSV.
var archsimTable = (function () {
  var ARRAYS = { u8: Uint8Array, u16: Uint16Array, u32: Uint32Array, f32: Float32Array, f64: Float64Array };

  function bytesOf(base64) {
    var text = atob(base64), bytes = new Uint8Array(text.length);
    for (var i = 0; i < text.length; i++) { bytes[i] = text.charCodeAt(i); }
    return bytes;
  }

  // A column of levels has codes, texts and exact; one of numbers has values, NaN where absent.
  function unpack(packed) {
    var array = new ARRAYS[packed.form](bytesOf(packed.data).buffer);
    var column = { name: packed.name, role: packed.role, goal: packed.goal, unit: packed.unit,
      scale: packed.scale, texts: packed.texts, exact: packed.exact };
    if (packed.texts) { column.codes = array; return column; }
    column.values = array;
    if (packed.exact) {
      var levels = packed.exact.map(function (value) { return value === null ? NaN : value; });
      column.values = Float64Array.from(array, function (code) { return levels[code]; });
    }
    return column;
  }

  function place(column, row) { return column.codes ? column.codes[row] : column.values[row]; }

  function digits(value) {
    if (value === 0) { return "0"; }
    var size = Math.abs(value);
    if (size >= 1e6 || size < 1e-4) { return value.toExponential(3); }
    if (size >= 1e4) { return Math.round(value).toLocaleString("en-US"); }
    return String(Number(value.toPrecision(4)));
  }

  function number(column, value, withUnit) {
    if (isNaN(value)) { return "\u2013"; }
    if (column.role === "design") { return value.toLocaleString("en-US"); }
    return digits(value / column.scale) + (withUnit && column.unit ? " " + column.unit : "");
  }

  function shown(column, row, withUnit) {
    return column.codes ? column.texts[column.codes[row]] : number(column, column.values[row], withUnit);
  }

  function heading(column) { return column.name + (column.unit ? " (" + column.unit + ")" : ""); }

  // A text that could start a formula gets an apostrophe, as in archsim's own CSV files.
  function csvText(text) {
    if (/^[=+\-@\t\n]/.test(text)) { text = "'" + text; }
    return /[",\n\r]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
  }

  function csvCell(value) {
    if (typeof value === "number") { return isNaN(value) ? "" : String(value); }
    return csvText(value);
  }

  // Rows as exact CSV, numbers in base units.
  function csv(columns, rows) {
    var parts = columns.map(function (column) {
      return column.codes ? column.exact.map(csvCell) : null;
    });
    var lines = [columns.map(function (column) { return csvText(column.name); }).join(",")];
    for (var i = 0; i < rows.length; i++) {
      var row = rows[i];
      lines.push(columns.map(function (column, at) {
        return parts[at] ? parts[at][column.codes[row]] : csvCell(column.values[row]);
      }).join(","));
    }
    return lines.join("\n") + "\n";
  }

  function save(name, text) {
    var link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
    link.download = name;
    link.click();
    setTimeout(function () { URL.revokeObjectURL(link.href); }, 1000);
  }

  return { unpack: unpack, place: place, shown: shown, number: number, digits: digits,
    heading: heading, csv: csv, save: save };
})();
