// Axes on a canvas: from a column to positions between 0 and 1, and where ticks are.
var archsimAxes = (function () {
  var table = archsimTable;

  // An axis over some rows: levels stand evenly, numbers linearly or, over wide ranges, by their logarithm.
  function axis(column, rows) {
    if (column.codes) { return levelAxis(column); }
    var low = Infinity, high = -Infinity;
    for (var i = 0; i < rows.length; i++) {
      var value = column.values[rows[i]];
      if (value < low) { low = value; }
      if (value > high) { high = value; }
    }
    if (low > high) { low = 0; high = 1; }
    return numberAxis(column, low, high, low > 0 && high / low > 50);
  }

  function levelAxis(column) {
    var last = Math.max(1, column.texts.length - 1);
    return { column: column, low: 0, high: column.texts.length - 1, log: false,
      at: function (code) { return column.texts.length === 1 ? 0.5 : code / last; },
      valueAt: function (share) { return share * last; },
      ticks: function (most) { return levelTicks(column.texts, most, last); } };
  }

  function levelTicks(texts, most, last) {
    var step = Math.max(1, Math.ceil(texts.length / most)), found = [];
    for (var i = 0; i < texts.length; i += step) {
      found.push({ at: texts.length === 1 ? 0.5 : i / last, text: texts[i] });
    }
    return found;
  }

  function numberAxis(column, low, high, log) {
    if (low === high) { low -= Math.abs(low) * 0.1 || 1; high += Math.abs(high) * 0.1 || 1; }
    var from = log ? Math.log10(low) : low, width = (log ? Math.log10(high) : high) - from;
    function at(value) { return ((log ? Math.log10(value) : value) - from) / width; }
    function valueAt(share) { var x = from + share * width; return log ? Math.pow(10, x) : x; }
    return { column: column, low: low, high: high, log: log, at: at, valueAt: valueAt,
      ticks: function (most) {
        var values = log ? logTicks(low, high, most) : linearTicks(low / column.scale, high / column.scale, most)
          .map(function (value) { return value * column.scale; });
        return values.map(function (value) { return { at: at(value), text: table.number(column, value) }; });
      } };
  }

  function linearTicks(low, high, most) {
    var rough = (high - low) / most, size = Math.pow(10, Math.floor(Math.log10(rough)));
    var step = [1, 2, 5, 10].map(function (n) { return n * size; }).find(function (s) { return s >= rough; });
    var found = [];
    for (var n = Math.ceil(low / step); n * step <= high + step * 1e-9; n++) {
      found.push(Number((n * step).toPrecision(12)));
    }
    return found;
  }

  function logTicks(low, high, most) {
    var sets = [[1, 2, 5], [1, 3], [1]], from = Math.floor(Math.log10(low)), to = Math.ceil(Math.log10(high));
    for (var s = 0; s < sets.length; s++) {
      var found = [];
      for (var power = from; power <= to; power++) {
        sets[s].forEach(function (n) {
          var value = n * Math.pow(10, power);
          if (value >= low * 0.999999 && value <= high * 1.000001) { found.push(value); }
        });
      }
      if (found.length <= most + 1 && found.length > 1) { return found; }
    }
    return found.length > 1 ? found.filter(function (v, i) { return i % Math.ceil(found.length / most) === 0; })
      : linearTicks(low, high, most);
  }

  // Give a canvas as many pixels as the screen has, and return its 2D context in CSS pixels.
  function sharp(canvas, width, height) {
    var ratio = window.devicePixelRatio || 1;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.style.width = width + "px";
    canvas.style.height = height + "px";
    var pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    return pen;
  }

  function fitted(pen, text, width) {
    if (pen.measureText(text).width <= width) { return text; }
    while (text.length > 1 && pen.measureText(text + "\u2026").width > width) { text = text.slice(0, -1); }
    return text + "\u2026";
  }

  return { axis: axis, numberAxis: numberAxis, sharp: sharp, fitted: fitted };
})();
