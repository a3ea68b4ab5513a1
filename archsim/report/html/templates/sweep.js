// The page of a sweep: filters, and what they show.
(function () {
  var table = archsimTable, axes = archsimAxes;
  var data = JSON.parse(document.getElementById("table-data").textContent);
  var count = data.rows, columns = data.columns.map(table.unpack), axisOf = {};
  var parameters = columns.filter(function (c) { return c.role === "parameter"; });
  var metrics = columns.filter(function (c) { return c.role === "metric"; });
  var fidelity = named("fidelity"), status = named("status"), inFront = named("front");
  var filters = [], words = "", shown = [], picked = -1;
  var everyRow = Array.from({ length: count }, function (_, row) { return row; });
  function named(name) { return columns.find(function (c) { return c.name === name && c.role !== "metric"; }); }
  function by(id) { return document.getElementById(id); }
  function axis(column) { return axisOf[column.name] = axisOf[column.name] || axes.axis(column, everyRow); }
  function isDone(row) { return status.texts[status.codes[row]] === "done"; }
  function isFront(row) { return inFront.codes[row] === inFront.texts.indexOf("\u2605"); }

  function element(name, text, parent, more) {
    var made = document.createElement(name);
    if (text) { made.textContent = text; }
    if (parent) { parent.appendChild(made); }
    return Object.assign(made, more || {});
  }

  // Filters -----------------------------------------------------------------------------------
  function box(column) {
    var field = element("fieldset", "", null), legend = element("legend", table.heading(column), field);
    legend.title = column.name;
    return field;
  }

  function choices(column, home) {
    var field = box(column), on = column.texts.map(function () { return true; });
    var boxes = column.texts.map(function (text, code) {
      var label = element("label", "", field), input = element("input", "", label, { type: "checkbox", checked: true });
      input.setAttribute("aria-label", column.name + " " + text);
      label.appendChild(document.createTextNode(text));
      input.addEventListener("change", function () { on[code] = input.checked; changed(); });
      return input;
    });
    home.appendChild(field);
    return { active: function () { return !on.every(Boolean); },
      fits: function (row) { return on[column.codes[row]]; },
      reset: function () { boxes.forEach(function (input, code) { input.checked = on[code] = true; }); } };
  }

  // Two sliders, over the levels of a parameter or over the axis of a figure.
  function range(column, home) {
    var field = box(column), scale = axis(column), steps = column.codes ? column.texts.length - 1 : 200;
    var inputs = ["lowest", "highest"].map(function (which, at) {
      var input = element("input", "", field, { type: "range", min: 0, max: steps, step: 1, value: at ? steps : 0 });
      input.setAttribute("aria-label", which + " " + column.name);
      input.addEventListener("input", function () {
        var other = inputs[1 - at];
        if (at ? +input.value < +other.value : +input.value > +other.value) { other.value = input.value; }
        say(); changed();
      });
      return input;
    });
    var output = element("output", "", field);
    function limit(at) { return column.codes ? +inputs[at].value : scale.valueAt(inputs[at].value / steps); }
    function say() {
      output.textContent = [0, 1].map(function (at) {
        return column.codes ? column.texts[limit(at)] : table.number(column, limit(at), true);
      }).join(" to ");
    }
    say();
    home.appendChild(field);
    function atEnd(at) { return +inputs[at].value === (at ? steps : 0); }
    return { active: function () { return !atEnd(0) || !atEnd(1); },
      fits: function () { return true; },
      test: function () {
        var low = atEnd(0) ? -Infinity : limit(0), high = atEnd(1) ? Infinity : limit(1);
        return function (row) { var value = table.place(column, row); return value >= low && value <= high; };
      },
      reset: function () { inputs[0].value = 0; inputs[1].value = steps; say(); } };
  }

  function makeFilters() {
    var home = by("filters");
    filters.push(choices(status, home));
    parameters.forEach(function (column) {
      if (column.texts.length > 1) { filters.push((column.texts.length > 6 ? range : choices)(column, home)); }
    });
    metrics.forEach(function (column) { filters.push(range(column, home)); });
    by("reset").addEventListener("click", function () {
      filters.forEach(function (filter) { filter.reset(); });
      by("search").value = words = "";
      by("front-only").checked = false;
      changed();
    });
    by("front-only").addEventListener("change", changed);
    by("search").addEventListener("input", function () { words = this.value; changed(); });
  }

  function rowsThatFit() {
    var tests = filters.filter(function (filter) { return filter.active(); }).map(function (filter) {
      return filter.test ? filter.test() : filter.fits;
    });
    if (by("front-only").checked) { tests.push(isFront); }
    if (fidelity.texts.length > 1) {
      var wanted = fidelity.texts.indexOf(by("fidelity").value);
      tests.push(function (row) { return fidelity.codes[row] === wanted; });
    }
    if (words.trim()) { tests.push(archsimDesigns.search(columns, words)); }
    var found = [];
    for (var row = 0; row < count; row++) {
      var fits = true;
      for (var at = 0; fits && at < tests.length; at++) { fits = tests[at](row); }
      if (fits) { found.push(row); }
    }
    return found;
  }

  // Colours -----------------------------------------------------------------------------------
  function steps(axis) {
    return function (row) {
      var value = table.place(axis.column, row), share = axis.at(value), most = data.sequence.length;
      return isNaN(value) ? data.muted : data.sequence[Math.max(0, Math.min(most - 1, Math.floor(share * most)))];
    };
  }

  function colouring(feasible) {
    var column = columns.find(function (c) { return c.name === by("colour").value; });
    if (!column) { return { column: null, of: function () { return data.palette[0]; } }; }
    if (column.codes && column.texts.length <= data.palette.length && !ordered(column)) {
      return { column: column, few: true, of: function (row) { return data.palette[column.codes[row]]; } };
    }
    var scale = axes.axis(column, feasible);
    return { column: column, scale: scale, of: steps(scale) };
  }

  function ordered(column) { return column.exact.every(function (item) { return typeof item === "number"; }); }

  function legend(colour, frontSize) {
    var home = by("legend");
    home.replaceChildren();
    function entry(fill, text, kind) {
      var item = element("span", "", home, { className: "entry" });
      element("i", "", item, { className: kind }).style.background = fill;
      item.appendChild(document.createTextNode(text));
    }
    if (!colour.column) { entry(data.palette[0], "feasible design", "dot"); }
    else if (colour.few) { colour.column.texts.forEach(function (text, code) { entry(data.palette[code], text, "dot"); }); }
    else {
      var ends = [0, 1].map(function (share) {
        var value = colour.scale.valueAt(share);
        return colour.column.codes ? colour.column.texts[Math.round(value)] : table.number(colour.column, value, true);
      });
      entry("linear-gradient(90deg," + data.sequence.join(",") + ")", colour.column.name + ", " + ends[0] + " to " + ends[1], "band");
    }
    entry("#b6bcc3", "infeasible design that has figures", "dot small");
    if (frontSize) { entry(data.palette[1], "Pareto front of both axes, among the designs shown (" + frontSize.toLocaleString("en-US") + ")", "diamond"); }
  }

  // One design --------------------------------------------------------------------------------
  function describe(home, row) {
    home.replaceChildren();
    element("b", "design " + table.shown(columns[0], row) + (isFront(row) ? " \u2605" : ""), home);
    element("span", " " + status.texts[status.codes[row]], home, { className: "faint" });
    var list = element("dl", "", home);
    columns.forEach(function (column) {
      if (column.role !== "metric" && column.role !== "parameter" && column.role !== "reason") { return; }
      var text = table.shown(column, row, true);
      if (!text) { return; }
      element("dt", column.role === "parameter" ? column.name.split(".").slice(1).join(".") : column.name, list);
      element("dd", text, list);
    });
  }

  function choose(row) {
    picked = row;
    by("picked").hidden = false;
    describe(by("picked"), row);
    cloud.draw();
    rows.pick(row);
  }

  // Everything together -----------------------------------------------------------------------
  var cloud = archsimScatter.scatter(by("cloud"), by("tip"), data, { done: isDone, isFront: isFront,
    describe: describe, choose: choose, row: function () { return picked; } });
  var rows = archsimDesigns.designs(by("designs-table"), columns.filter(function (c) {
    return c !== fidelity || fidelity.texts.length > 1;
  }), count, choose);

  function option(select, column) { element("option", table.heading(column), select, { value: column.name }); }

  function selects() {
    var goals = metrics.filter(function (c) { return c.goal; });
    var spread = metrics.concat(parameters.filter(function (c) { return c.texts.length > 1; }));
    ["x-axis", "y-axis", "colour"].forEach(function (id) {
      spread.forEach(function (column) { option(by(id), column); });
      by(id).addEventListener("change", update);
    });
    var x = goals[0] || metrics[0], y = goals[1] || metrics.find(function (c) { return c !== x; }) || x;
    if (x) { by("x-axis").value = x.name; by("y-axis").value = y.name; }
    by("colour").value = "";
    if (fidelity.texts.length > 1) { by("fidelity").addEventListener("change", update); }
  }

  function column(id) { return columns.find(function (c) { return c.name === by(id).value; }); }

  var waiting = false;
  function changed() {
    if (waiting) { return; }
    waiting = true;
    requestAnimationFrame(function () { waiting = false; update(); });
  }

  function update() {
    var x = column("x-axis"), y = column("y-axis");
    shown = rowsThatFit();
    var feasible = shown.filter(isDone), colour = colouring(feasible);
    by("shown").textContent = shown.length.toLocaleString("en-US") + " of " + count.toLocaleString("en-US") + " designs";
    var found = x && y && x.goal && y.goal && x !== y ? archsimScatter.front(x, y, feasible) : [];
    if (x) {
      cloud.set(axes.axis(x, shown), axes.axis(y, shown), colour, shown, found);
      legend(colour, found.length);
    }
    lines(colour, feasible);
    rows.set(shown);
  }

  function lines(colour, feasible) {
    var wanted = metrics.filter(function (c) { return c.goal; });
    var list = parameters.filter(function (c) { return c.texts.length > 1; }).concat(wanted).map(function (c) {
      return axes.axis(c, feasible);
    });
    var some = archsimParallel.sample(feasible, isFront, data.lines);
    var used = colour.column ? colour : colouredBy(wanted[0], feasible);
    archsimParallel.draw(by("lines"), data, list, some, { isFront: isFront, done: isDone, colour: used.of });
    by("line-note").textContent = some.length.toLocaleString("en-US") + " of " + feasible.length.toLocaleString("en-US")
      + " feasible designs shown are drawn" + (used.column ? ", dark to pale by " + table.heading(used.column)
      + (used.few ? " (in the colours above)" : "") : "") + ".";
  }

  function colouredBy(goal, feasible) {
    if (!goal) { return { column: null, of: function () { return data.palette[0]; } }; }
    return { column: goal, of: steps(axes.axis(goal, feasible)) };
  }

  by("csv").addEventListener("click", function () { table.save(data.file, table.csv(columns, rows.order())); });
  window.addEventListener("resize", changed);
  selects();
  makeFilters();
  update();
  performance.mark("designs-drawn");
  window.archsimSweep = { csv: function () { return table.csv(columns, rows.order()); },
    shown: function () { return shown; }, front: function () { return archsimScatter.front(column("x-axis"), column("y-axis"), shown.filter(isDone)); },
    spot: function (row) { return cloud.spot(row); } };
})();
