/* The pad on which a signature is written. It keeps every point with its time and pressure, in coordinates of its own, so that
   turning the phone changes the view and not the signature. */
(function (companion) {
  'use strict';

  var element = companion.element;

  // The bounds of `sign --signature`: strokes, points, and the least length of the ink as a part of the pad's shorter side.
  var maxStrokes = 1000;
  var maxPoints = 50000;
  var leastInk = 0.1;
  var tallest = 0.75;

  /** Makes the pad; `changed()` is called after each stroke and each clearing. */
  companion.pad = function (changed) {
    var canvas = element('canvas', { class: 'pad', attributes: { 'aria-label': companion.word('padHere') } });
    var node = element('div', { class: 'pad-area' }, [canvas]);
    var context = canvas.getContext('2d');
    // The pad's size in its own pixels, which stays as long as something is written on it.
    var width = 0, height = 0;
    var scale = 1;
    var strokes = [];
    var points = 0;
    var stroke = null;
    var pointer = null;
    var begun = null;
    var isFull = false;
    // The area and the screen's dots for which the pad was drawn last.
    var fitted = null;

    if (window.PointerEvent) {
      canvas.addEventListener('pointerdown', down);
      canvas.addEventListener('pointermove', move);
      canvas.addEventListener('pointerup', up);
      canvas.addEventListener('pointercancel', up);
    } else {
      canvas.addEventListener('touchstart', function (event) { down(touchOf(event)); });
      canvas.addEventListener('touchmove', function (event) { move(touchOf(event)); });
      canvas.addEventListener('touchend', function (event) { up(touchOf(event)); });
      canvas.addEventListener('touchcancel', function (event) { up(touchOf(event)); });
    }
    // The page must not move under the pen; some web views look at the touch events only.
    ['touchstart', 'touchmove'].forEach(function (name) {
      node.addEventListener(name, function (event) { event.preventDefault(); }, { passive: false });
    });

    /** A touch event of an old web view in the shape of a pointer event. */
    function touchOf(event) {
      var touch = event.changedTouches[0];
      return {
        pointerId: touch.identifier, clientX: touch.clientX, clientY: touch.clientY, pressure: touch.force || 0,
        timeStamp: event.timeStamp, button: 0
      };
    }

    function down(event) {
      // A hand that rests on the glass is not the pen.
      if (pointer !== null || event.button > 0) return;
      if (strokes.length >= maxStrokes || points >= maxPoints) { isFull = true; changed(); return; }
      pointer = event.pointerId;
      if (canvas.setPointerCapture) {
        try { canvas.setPointerCapture(pointer); } catch (error) { /* a pointer that is gone already cannot be captured */ }
      }
      if (begun === null) begun = event.timeStamp;
      stroke = [];
      strokes.push(stroke);
      add(event);
    }

    function move(event) {
      if (event.pointerId !== pointer) return;
      var parts = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
      if (parts.length === 0) parts = [event];
      parts.forEach(add);
    }

    function up(event) {
      if (event.pointerId !== pointer) return;
      pointer = null;
      stroke = null;
      changed();
    }

    function add(event) {
      if (points >= maxPoints) { isFull = true; return; }
      var frame = canvas.getBoundingClientRect();
      var before = stroke[stroke.length - 1];
      var point = {
        x: rounded((event.clientX - frame.left) / scale, 100), y: rounded((event.clientY - frame.top) / scale, 100),
        t: Math.max(before ? before.t : 0, rounded(event.timeStamp - begun, 10)),
        p: rounded(Math.max(0, Math.min(1, event.pressure || 0)), 1000)
      };
      if (before && before.x === point.x && before.y === point.y && before.t === point.t) return;
      stroke.push(point);
      points += 1;
      draw(before || point, point);
    }

    function rounded(number, parts) { return Math.round(number * parts) / parts; }

    // MARK: - Drawing

    function draw(from, to) {
      context.lineWidth = 2 + 3 * (to.p || 0.5);
      context.beginPath();
      context.moveTo(from.x, from.y);
      // A line to its own start draws the round dot of its ends in every browser only when it has a length.
      context.lineTo(to.x + (from === to ? 0.01 : 0), to.y);
      context.stroke();
    }

    /** Fits the pad into its area; what is written is kept as it was, and shown smaller or larger. */
    function fit() {
      var room = node.getBoundingClientRect();
      if (room.width < 1 || room.height < 1) return;
      var key = [room.width, room.height, window.devicePixelRatio, points === 0].join(' ');
      if (key === fitted) return;
      fitted = key;
      if (points === 0) {
        width = Math.round(room.width);
        // A pad that is higher than wide would make a small signature of a name that is written in one line.
        height = Math.round(Math.min(room.height, width * tallest));
      }
      scale = Math.min(room.width / width, room.height / height);
      var dots = scale * (window.devicePixelRatio || 1);
      canvas.style.width = width * scale + 'px';
      canvas.style.height = height * scale + 'px';
      canvas.width = Math.max(1, Math.round(width * dots));
      canvas.height = Math.max(1, Math.round(height * dots));
      context.setTransform(dots, 0, 0, dots, 0, 0);
      context.lineCap = context.lineJoin = 'round';
      context.strokeStyle = '#001a66';
      strokes.forEach(function (line) {
        line.forEach(function (point, index) { draw(line[index - 1] || point, point); });
      });
    }

    function inkLength() {
      return strokes.reduce(function (sum, line) {
        return line.reduce(function (length, point, index) {
          var before = line[index - 1] || point;
          return length + Math.sqrt(Math.pow(point.x - before.x, 2) + Math.pow(point.y - before.y, 2));
        }, sum);
      }, 0);
    }

    return {
      node: node,
      fit: fit,
      clear: function () {
        strokes = [];
        points = 0;
        stroke = pointer = begun = null;
        isFull = false;
        fitted = null;
        fit();
        changed();
      },
      isEmpty: function () { return points === 0; },
      isFull: function () { return isFull; },
      /** Whether there is too little ink for a signature, as the laptop judges it. */
      isDot: function () { return inkLength() < leastInk * Math.min(width, height); },
      /** The document of `sign --signature`. */
      document: function () {
        var pressures = {};
        strokes.forEach(function (line) { line.forEach(function (point) { pressures[point.p] = true; }); });
        // A screen that does not measure the pressure gives one value for all points, which says nothing.
        var isMeasured = Object.keys(pressures).length > 1;
        return {
          width: width, height: height,
          strokes: strokes.filter(function (line) { return line.length > 0; }).map(function (line) {
            return line.map(function (point) {
              return isMeasured ? { x: point.x, y: point.y, t: point.t, p: point.p } : { x: point.x, y: point.y, t: point.t };
            });
          })
        };
      }
    };
  };
})(window.companion);
