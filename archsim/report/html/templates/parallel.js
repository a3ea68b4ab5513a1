// Parallel coordinates: one line per design over all parameters and the figures that matter.
var archsimParallel = (function () {
  var table = archsimTable, axes = archsimAxes;
  var TOP = 44, BOTTOM = 24, SIDE = 58, LEAST = 104;

  // At most so many rows: the front, then others spread evenly over the rows shown.
  function sample(rows, isFront, most) {
    if (rows.length <= most) { return rows; }
    var kept = rows.filter(isFront).slice(0, most), others = rows.filter(function (row) { return !isFront(row); });
    var step = others.length / Math.max(1, most - kept.length);
    for (var at = 0; kept.length < most && Math.floor(at) < others.length; at += step) { kept.push(others[Math.floor(at)]); }
    return kept;
  }

  function draw(canvas, style, list, rows, options) {
    var holder = canvas.parentNode, height = 400;
    var width = Math.max(holder.clientWidth, LEAST * (list.length - 1) + 2 * SIDE);
    var pen = axes.sharp(canvas, width, height);
    var gap = list.length > 1 ? (width - 2 * SIDE) / (list.length - 1) : 0;
    function x(at) { return SIDE + at * gap; }
    function y(axis, row) { return TOP + (1 - axis.at(table.place(axis.column, row))) * (height - TOP - BOTTOM); }

    function path(row) {
      pen.beginPath();
      var joined = false;
      list.forEach(function (axis, at) {
        var to = y(axis, row);
        if (isNaN(to)) { joined = false; return; }
        if (joined) { pen.lineTo(x(at), to); } else { pen.moveTo(x(at), to); }
        joined = true;
      });
      pen.stroke();
    }

    pen.lineWidth = 1;
    pen.globalAlpha = rows.length > 500 ? 0.25 : 0.55;
    rows.forEach(function (row) {
      if (options.isFront(row)) { return; }
      pen.strokeStyle = options.done(row) ? options.colour(row) : "#c8cdd3";
      path(row);
    });
    pen.globalAlpha = 1;
    pen.lineWidth = 2;
    pen.strokeStyle = style.palette[5];
    rows.filter(options.isFront).forEach(path);

    list.forEach(function (axis, at) {
      pen.strokeStyle = style.ink; pen.lineWidth = 1;
      pen.beginPath(); pen.moveTo(x(at), TOP); pen.lineTo(x(at), height - BOTTOM); pen.stroke();
      pen.textAlign = "center"; pen.textBaseline = "alphabetic"; pen.fillStyle = style.ink;
      pen.font = "600 12px " + style.font;
      pen.fillText(axes.fitted(pen, shortName(axis.column), Math.max(gap, LEAST) - 8), x(at), 16);
      pen.font = "12px " + style.font; pen.fillStyle = style.muted;
      pen.fillText(axes.fitted(pen, under(axis), Math.max(gap, LEAST) - 8), x(at), 31);
      pen.textAlign = "left"; pen.textBaseline = "middle"; pen.font = "11.5px " + style.font;
      axis.ticks(7).forEach(function (tick) {
        var to = TOP + (1 - tick.at) * (height - TOP - BOTTOM), text = axes.fitted(pen, tick.text, Math.min(Math.max(gap, LEAST) - 34, at === list.length - 1 ? SIDE - 8 : 90));
        pen.fillStyle = "rgba(255,255,255,0.82)";
        pen.fillRect(x(at) + 4, to - 7, pen.measureText(text).width + 3, 14);
        pen.fillStyle = style.ink;
        pen.fillText(text, x(at) + 5, to);
      });
    });
  }

  function shortName(column) {
    var parts = column.name.split(".");
    return parts[parts.length - 1];
  }

  function under(axis) {
    var parts = axis.column.name.split(".");
    var unit = axis.column.unit ? axis.column.unit + (axis.log ? ", log" : "") : axis.log ? "log" : "";
    return axis.column.role === "parameter" ? parts.slice(0, -1).join(".") : unit;
  }

  return { sample: sample, draw: draw };
})();
