// The table of all designs: only the rows in sight are elements of the page.
var archsimDesigns = (function () {
  var table = archsimTable, HEIGHT = 29, MORE = 8;

  function designs(holder, columns, count, choose) {
    var head = document.createElement("thead"), body = document.createElement("tbody");
    var element = holder.querySelector("table"), order = null, rows = [], sorted = { at: -1, down: false };
    var picked = -1;

    function width(column) {
      var longest = table.heading(column).length + 3;
      for (var i = 0; i < count; i += Math.max(1, Math.floor(count / 100))) {
        longest = Math.max(longest, table.shown(column, i).length);
      }
      return Math.min(column.role === "reason" ? 70 : 42, longest + 2);
    }

    function header() {
      var row = head.insertRow(), group = document.createElement("colgroup"), total = 0;
      columns.forEach(function (column, at) {
        var wide = width(column), col = document.createElement("col");
        col.style.width = wide + "ch";
        total += wide;
        group.appendChild(col);
        var cell = document.createElement("th"), button = document.createElement("button");
        cell.scope = "col";
        if (column.values) { cell.className = "number"; }
        button.type = "button";
        button.textContent = table.heading(column);
        button.addEventListener("click", function () { sort(at); });
        cell.appendChild(button);
        row.appendChild(cell);
      });
      element.style.width = total + "ch";
      element.appendChild(group);
      element.appendChild(head);
      element.appendChild(body);
    }

    function sort(at) {
      sorted = { at: at, down: sorted.at === at && !sorted.down };
      head.querySelectorAll("th").forEach(function (cell, place) {
        cell.removeAttribute("aria-sort");
        if (place === at) { cell.setAttribute("aria-sort", sorted.down ? "descending" : "ascending"); }
      });
      arrange();
    }

    function arrange() {
      order = rows.slice();
      if (sorted.at >= 0) {
        var column = columns[sorted.at], sign = sorted.down ? -1 : 1;
        order.sort(function (a, b) {
          var left = table.place(column, a), right = table.place(column, b);
          // Absent figures stand last, whichever way the others are sorted.
          if (isNaN(left) || isNaN(right)) { return isNaN(left) - isNaN(right) || a - b; }
          return sign * (left - right) || a - b;
        });
      }
      holder.scrollTop = 0;
      paint();
    }

    function spacer(height) {
      var row = document.createElement("tr"), cell = row.insertCell();
      row.setAttribute("aria-hidden", "true");
      row.className = "spacer";
      cell.colSpan = columns.length;
      cell.style.height = height + "px";
      return row;
    }

    function paint() {
      var first = Math.max(0, Math.floor(holder.scrollTop / HEIGHT) - MORE);
      var last = Math.min(order.length, first + Math.ceil(holder.clientHeight / HEIGHT) + 2 * MORE);
      var made = document.createDocumentFragment();
      made.appendChild(spacer(first * HEIGHT));
      for (var i = first; i < last; i++) { made.appendChild(line(order[i], i)); }
      made.appendChild(spacer((order.length - last) * HEIGHT));
      body.replaceChildren(made);
    }

    function line(row, at) {
      var element = document.createElement("tr");
      element.setAttribute("aria-rowindex", at + 2);
      element.style.height = HEIGHT + "px";
      if (row === picked) { element.className = "picked"; }
      columns.forEach(function (column) {
        var cell = element.insertCell();
        cell.textContent = table.shown(column, row);
        if (column.values) { cell.className = "number"; }
        if (column.role === "reason") { cell.title = cell.textContent; }
      });
      element.addEventListener("click", function () { choose(row); });
      return element;
    }

    header();
    var waiting = false;
    holder.addEventListener("scroll", function () {
      if (waiting) { return; }
      waiting = true;
      requestAnimationFrame(function () { waiting = false; paint(); });
    });

    return {
      set: function (shown) { rows = shown; element.setAttribute("aria-rowcount", shown.length + 1); arrange(); },
      pick: function (row) {
        picked = row;
        var at = order.indexOf(row);
        if (at >= 0) { holder.scrollTop = Math.max(0, (at - 4) * HEIGHT); }
        paint();
      },
      order: function () { return order; },
    };
  }

  // Which rows hold every word: in a value, a status, a reason, or as the number of a design.
  function search(columns, text) {
    var words = text.toLowerCase().split(/\s+/).filter(Boolean);
    var tests = words.map(function (word) {
      var fits = [];
      columns.forEach(function (column) {
        if (column.role === "design") {
          var wanted = Number(word.replace(/,/g, ""));
          fits.push(function (row) { return column.values[row] === wanted; });
        } else if (column.codes) {
          var hits = column.texts.map(function (item) { return item.toLowerCase().indexOf(word) >= 0; });
          if (hits.some(Boolean)) { fits.push(function (row) { return hits[column.codes[row]]; }); }
        }
      });
      return function (row) { return fits.some(function (fit) { return fit(row); }); };
    });
    return function (row) { return tests.every(function (test) { return test(row); }); };
  }

  return { designs: designs, search: search };
})();
