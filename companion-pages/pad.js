/* This part is the pad for a signature. The pad keeps every point with its time and pressure in coordinates of
   its own, so that turning the phone changes the view and not the signature. */
(function (companion) {
  'use strict';

  var element = companion.element;

  // `sign --signature` has the same bounds: the maximum numbers of strokes and points, and the minimum length
  // of the ink as a fraction of the pad's shorter side.
  var maxStrokes = 1000;
  var maxPoints = 50000;
  var leastInk = 0.1;
  // The maximum height of the pad as a fraction of its width.
  var tallest = 0.75;

  /** Makes the pad; `changed()` is called after each stroke and each clearing. */
  companion.pad = function (changed) {
    var canvas = element('canvas', { class: 'pad', attributes: { 'aria-label': companion.word('padHere') } });
    var node = element('div', { class: 'pad-area' }, [canvas]);
    var context = canvas.getContext('2d');
    // The size of the pad in CSS pixels, which stays the same while the pad has strokes.
    var width = 0, height = 0;
    var scale = 1;
    var strokes = [];
    var points = 0;
    var stroke = null;
    var pointer = null;
    var begun = null;
    var isFull = false;
    // The area's size, the pixel ratio and the emptiness for which the pad was fitted last, as one text; null
    // at first.
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
    // The page must not scroll under the pen, and some web views decide this by the touch events only.
    ['touchstart', 'touchmove'].forEach(function (name) {
      node.addEventListener(name, function (event) { event.preventDefault(); }, { passive: false });
    });

    /** Returns a touch event of an old web view in the form of a pointer event. */
    function touchOf(event) {
      var touch = event.changedTouches[0];
      return {
        pointerId: touch.identifier, clientX: touch.clientX, clientY: touch.clientY, pressure: touch.force || 0,
        timeStamp: event.timeStamp, button: 0
      };
    }

    function down(event) {
      // A second touch, as of a resting hand, is ignored.
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
      // Not every browser draws a line of length 0 as a dot, so the line gets a small length.
      context.lineTo(to.x + (from === to ? 0.01 : 0), to.y);
      context.stroke();
    }

    /** Fits the pad into its area. Strokes keep their coordinates and are drawn smaller or larger. */
    function fit() {
      var room = node.getBoundingClientRect();
      if (room.width < 1 || room.height < 1) return;
      var key = [room.width, room.height, window.devicePixelRatio, points === 0].join(' ');
      if (key === fitted) return;
      fitted = key;
      if (points === 0) {
        width = Math.round(room.width);
        // On a pad that is higher than wide, a name in one line would be a small signature.
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
      /** Returns whether the pad has too little ink for a signature by the laptop's rule. */
      isDot: function () { return inkLength() < leastInk * Math.min(width, height); },
      /** Returns the document for `sign --signature`. */
      document: function () {
        var pressures = {};
        strokes.forEach(function (line) { line.forEach(function (point) { pressures[point.p] = true; }); });
        // A screen that does not measure the pressure gives the same value for all points, so the pressures are
        // left out.
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
