/* This part shows a picture over the whole screen. The user can enlarge and move the picture. */
(function (companion) {
  'use strict';

  var scales = [1, 1.5, 2, 3, 4, 6];

  /** Shows a picture over the page until it is closed. */
  companion.view = function (name, description) {
    var scale = 0;
    var image = companion.picture(name, description, 'viewer-picture');
    image.removeAttribute('loading');
    var surface = companion.element('div', { class: 'viewer-surface' }, [image]);
    var smaller = companion.button(companion.word('smaller'), '', function () { change(-1); });
    var larger = companion.button(companion.word('larger'), '', function () { change(1); });
    var close = companion.button(companion.word('close'), 'main', end);
    var viewer = companion.element('div', { class: 'viewer', attributes: { role: 'dialog', 'aria-modal': 'true', 'aria-label': description } }, [
      surface, companion.element('div', { class: 'bar' }, [smaller, larger, close])
    ]);
    image.addEventListener('load', draw);
    image.addEventListener('click', function () { change(scale + 1 < scales.length ? 1 : -scale); });
    window.addEventListener('resize', draw);
    document.addEventListener('keydown', escape);
    document.body.appendChild(viewer);
    var before = document.activeElement;
    close.focus();
    draw();

    function change(by) {
      var middleX = (surface.scrollLeft + surface.clientWidth / 2) / Math.max(1, surface.scrollWidth);
      var middleY = (surface.scrollTop + surface.clientHeight / 2) / Math.max(1, surface.scrollHeight);
      scale = Math.max(0, Math.min(scales.length - 1, scale + by));
      draw();
      surface.scrollLeft = middleX * surface.scrollWidth - surface.clientWidth / 2;
      surface.scrollTop = middleY * surface.scrollHeight - surface.clientHeight / 2;
    }

    // The first size shows the whole picture; each larger size is a multiple of the first.
    function draw() {
      smaller.disabled = scale === 0;
      larger.disabled = scale === scales.length - 1;
      if (!image.complete) return;
      // A drawing without a natural size gets the width of the screen.
      var width = surface.clientWidth;
      if (image.naturalWidth > 0 && image.naturalHeight > 0) {
        width = Math.min(width, surface.clientHeight * image.naturalWidth / image.naturalHeight);
      }
      image.style.width = Math.floor(width * scales[scale]) + 'px';
    }

    function escape(event) { if (event.key === 'Escape') end(); }

    companion.closeView = end;

    function end() {
      companion.closeView = null;
      window.removeEventListener('resize', draw);
      document.removeEventListener('keydown', escape);
      document.body.removeChild(viewer);
      if (before && before.focus) before.focus();
    }
  };

  /** Makes a picture on the page that opens over the whole screen when it is tapped. */
  companion.thumbnail = function (name, description, className) {
    var button = companion.element('button', {
      class: 'thumbnail ' + (className || ''), attributes: { type: 'button', 'aria-label': description },
      on: { click: function () { companion.view(name, description); } }
    }, [companion.picture(name, description)]);
    return button;
  };
})(window.companion);
