// Designs as points on two chosen axes, with the Pareto front of what is shown.
var archsimScatter = (function () {
  var table = archsimTable, axes = archsimAxes;
  var LEFT = 74, BOTTOM = 50, TOP = 12, RIGHT = 16;

  // The front of two metrics with goals among some rows, in the order of x.
  function front(x, y, rows) {
    var sx = x.goal === "maximise" ? -1 : 1, sy = y.goal === "maximise" ? -1 : 1;
    var good = rows.filter(function (row) { return !isNaN(x.values[row]) && !isNaN(y.values[row]); });
    good.sort(function (a, b) {
      return sx * (x.values[a] - x.values[b]) || sy * (y.values[a] - y.values[b]) || a - b;
    });
    var best = Infinity, found = [], last = -1;
    good.forEach(function (row) {
      var cost = sy * y.values[row];
      var equal = last >= 0 && x.values[row] === x.values[last] && y.values[row] === y.values[last];
      if (cost < best || equal) { found.push(row); best = Math.min(best, cost); last = row; }
    });
    return found;
  }

  function scatter(canvas, tip, style, chosen) {
    var view = { x: null, y: null, colour: null, px: null, py: null, rows: [], front: [], best: -1 };
    var size = { width: 0, height: 0 };

    // Points stand a little inside the frame, so that those at the ends are whole.
    var PAD = 0.025;
    function padded(axis) {
      return { column: axis.column, log: axis.log,
        at: function (value) { return PAD + axis.at(value) * (1 - 2 * PAD); },
        ticks: function (most) {
          return axis.ticks(most).map(function (tick) { return { at: PAD + tick.at * (1 - 2 * PAD), text: tick.text }; });
        } };
    }

    function inner() { return { width: size.width - LEFT - RIGHT, height: size.height - TOP - BOTTOM }; }

    function frame(pen) {
      var area = inner();
      pen.font = "12.5px " + style.font;
      pen.lineWidth = 1;
      pen.textBaseline = "middle";
      view.y.ticks(Math.max(3, Math.floor(area.height / 60))).forEach(function (tick) {
        var y = TOP + (1 - tick.at) * area.height;
        line(pen, LEFT, y, LEFT + area.width, y, style.grid);
        pen.fillStyle = style.muted; pen.textAlign = "right";
        pen.fillText(axes.fitted(pen, tick.text, LEFT - 26), LEFT - 7, y);
      });
      pen.textAlign = "center";
      view.x.ticks(Math.max(2, Math.floor(area.width / 90))).forEach(function (tick) {
        var x = LEFT + tick.at * area.width;
        line(pen, x, TOP, x, TOP + area.height, style.grid);
        pen.fillStyle = style.muted;
        pen.fillText(axes.fitted(pen, tick.text, 84), x, TOP + area.height + 14);
      });
      line(pen, LEFT, TOP + area.height, LEFT + area.width, TOP + area.height, style.muted);
      line(pen, LEFT, TOP, LEFT, TOP + area.height, style.muted);
      pen.fillStyle = style.ink;
      pen.font = "13px " + style.font;
      pen.fillText(axes.fitted(pen, title(view.x), area.width), LEFT + area.width / 2, size.height - 12);
      pen.save();
      pen.translate(11, TOP + area.height / 2);
      pen.rotate(-Math.PI / 2);
      pen.fillText(axes.fitted(pen, title(view.y), area.height), 0, 0);
      pen.restore();
    }

    function title(axis) {
      return table.heading(axis.column) + (axis.log ? ", logarithmic" : "");
    }

    function line(pen, x1, y1, x2, y2, colour) {
      pen.strokeStyle = colour;
      pen.beginPath();
      pen.moveTo(x1, Math.round(y1) + 0.5 * (y1 === y2));
      pen.lineTo(x2, Math.round(y2) + 0.5 * (y1 === y2));
      pen.stroke();
    }

    function points(pen) {
      var area = inner(), i, row;
      view.px = new Float32Array(view.rows.length);
      view.py = new Float32Array(view.rows.length);
      var buckets = {};
      for (i = 0; i < view.rows.length; i++) {
        row = view.rows[i];
        var x = view.x.at(table.place(view.x.column, row)), y = view.y.at(table.place(view.y.column, row));
        var inside = x >= -1e-9 && x <= 1 + 1e-9 && y >= -1e-9 && y <= 1 + 1e-9;
        view.px[i] = inside ? LEFT + x * area.width : NaN;
        view.py[i] = inside ? TOP + (1 - y) * area.height : NaN;
        if (inside) { var key = chosen.done(row) ? view.colour.of(row) : "#b6bcc3"; (buckets[key] = buckets[key] || []).push(i); }
      }
      var side = view.rows.length > 20000 ? 2.4 : view.rows.length > 2000 ? 3.2 : 5;
      Object.keys(buckets).sort(function (a, b) { return (b === "#b6bcc3") - (a === "#b6bcc3"); }).forEach(function (colour) {
        var small = colour === "#b6bcc3" ? side * 0.6 : side;
        pen.fillStyle = colour;
        pen.globalAlpha = view.rows.length > 20000 ? 0.6 : 0.8;
        buckets[colour].forEach(function (at) {
          pen.fillRect(view.px[at] - small / 2, view.py[at] - small / 2, small, small);
        });
      });
      pen.globalAlpha = 1;
    }

    function spot(row) {
      var area = inner();
      return [LEFT + view.x.at(table.place(view.x.column, row)) * area.width,
        TOP + (1 - view.y.at(table.place(view.y.column, row))) * area.height];
    }

    function diamond(pen, x, y, radius, fill) {
      pen.beginPath();
      pen.moveTo(x, y - radius); pen.lineTo(x + radius, y); pen.lineTo(x, y + radius); pen.lineTo(x - radius, y);
      pen.closePath();
      pen.fillStyle = fill; pen.fill();
      pen.strokeStyle = style.ink; pen.lineWidth = 1.2; pen.stroke();
    }

    function frontLine(pen) {
      if (!view.front.length) { return; }
      pen.save();
      pen.beginPath(); pen.rect(LEFT, TOP - 6, inner().width + 8, inner().height + 8); pen.clip();
      pen.beginPath();
      var before = null;
      view.front.map(spot).forEach(function (at) {
        if (before) { pen.lineTo(at[0], before[1]); pen.lineTo(at[0], at[1]); } else { pen.moveTo(at[0], at[1]); }
        before = at;
      });
      pen.strokeStyle = style.ink; pen.lineWidth = 1.6; pen.setLineDash([6, 3]); pen.stroke(); pen.setLineDash([]);
      view.front.forEach(function (row) { var at = spot(row); diamond(pen, at[0], at[1], 4.5, style.palette[1]); });
      pen.restore();
    }

    function ring(pen) {
      var row = chosen.row();
      if (row < 0 || isNaN(table.place(view.x.column, row)) || isNaN(table.place(view.y.column, row))) { return; }
      var at = spot(row);
      pen.beginPath(); pen.arc(at[0], at[1], 8, 0, 2 * Math.PI);
      pen.strokeStyle = style.palette[5]; pen.lineWidth = 2.5; pen.stroke();
    }

    function draw() {
      size.width = canvas.parentNode.clientWidth;
      size.height = canvas.parentNode.clientHeight;
      var pen = axes.sharp(canvas, size.width, size.height);
      frame(pen);
      points(pen);
      frontLine(pen);
      ring(pen);
    }

    function nearest(event) {
      var box = canvas.getBoundingClientRect(), mx = event.clientX - box.left, my = event.clientY - box.top;
      var best = 14 * 14, found = -1;
      for (var i = 0; i < view.rows.length; i++) {
        var dx = view.px[i] - mx, dy = view.py[i] - my, distance = dx * dx + dy * dy;
        if (distance < best || (distance === best && chosen.isFront(view.rows[i]))) { best = distance; found = view.rows[i]; }
      }
      return found;
    }

    function hover(event) {
      var row = nearest(event);
      tip.hidden = row < 0;
      if (row < 0) { return; }
      chosen.describe(tip, row);
      var box = canvas.getBoundingClientRect(), at = spot(row);
      var left = at[0] + 14 + tip.offsetWidth > size.width ? at[0] - 14 - tip.offsetWidth : at[0] + 14;
      tip.style.left = Math.max(0, Math.min(left, box.width - tip.offsetWidth)) + "px";
      tip.style.top = Math.max(0, Math.min(at[1] - 20, box.height - tip.offsetHeight)) + "px";
    }

    canvas.addEventListener("mousemove", hover);
    canvas.addEventListener("mouseleave", function () { tip.hidden = true; });
    canvas.addEventListener("click", function (event) { var row = nearest(event); if (row >= 0) { chosen.choose(row); } });

    return { draw: draw, spot: spot,
      set: function (x, y, colour, rows, shownFront) {
        view.x = padded(x); view.y = padded(y); view.colour = colour; view.rows = rows; view.front = shownFront;
        draw();
      } };
  }

  return { scatter: scatter, front: front };
})();
