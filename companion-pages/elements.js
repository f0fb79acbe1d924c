/* This part makes and changes elements. Texts enter the page only by `textContent`, so that no text becomes
   markup. */
(function (companion) {
  'use strict';

  /**
   * Makes an element.
   * `options` may have `class`, `text`, `on` (event → function) and `attributes`; `children` are nodes, and
   * null is left out.
   */
  companion.element = function (tag, options, children) {
    var node = document.createElement(tag);
    var given = options || {};
    if (given.class) node.className = given.class;
    if (given.text !== undefined && given.text !== null) node.textContent = given.text;
    Object.keys(given.attributes || {}).forEach(function (name) {
      var value = given.attributes[name];
      if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value === true ? '' : value);
    });
    Object.keys(given.on || {}).forEach(function (name) { node.addEventListener(name, given.on[name]); });
    (children || []).forEach(function (child) { if (child) node.appendChild(child); });
    return node;
  };

  /** Makes a button that never submits a form by itself. */
  companion.button = function (text, className, action) {
    return companion.element('button', {
      class: 'button ' + (className || ''), text: text, attributes: { type: 'button' }, on: { click: action }
    });
  };

  /**
   * Replaces the text only where it differs, so that a selection stays and a screen reader does not read it
   * again.
   */
  companion.setText = function (node, text) {
    var wanted = text === null || text === undefined ? '' : String(text);
    if (node.textContent !== wanted) node.textContent = wanted;
  };

  companion.show = function (node, isShown) {
    if (node.hidden === !isShown) return;
    node.hidden = !isShown;
  };

  companion.setClass = function (node, name, isSet) {
    if (isSet) node.classList.add(name);
    else node.classList.remove(name);
  };

  companion.empty = function (node) {
    while (node.firstChild) node.removeChild(node.firstChild);
  };

  /**
   * Brings the children of `container` in line with `items`. A child stays the same node as long as its key stays, so that an
   * input that is being typed in and a picture that is loaded are not made anew.
   * `make(item)` returns `{node, update(item)}`.
   */
  companion.keyed = function (container, items, keyOf, make) {
    var parts = container.companionParts || {};
    var now = {};
    var place = container.firstChild;
    items.forEach(function (item) {
      // A repeated key gets a suffix, because one node cannot be in two places.
      var key = keyOf(item);
      while (now['k' + key]) key += '+';
      var part = parts['k' + key] || make(item);
      now['k' + key] = part;
      if (part.update) part.update(item);
      if (part.node === place) place = place.nextSibling;
      else container.insertBefore(part.node, place);
    });
    Object.keys(parts).forEach(function (key) {
      if (!now[key] && parts[key].node.parentNode === container) container.removeChild(parts[key].node);
    });
    container.companionParts = now;
  };

  /** Returns the relative address of a file that the laptop shows. */
  companion.fileAddress = function (name) { return 'files/' + encodeURIComponent(name); };

  /** Makes an element for a picture that the laptop shows. */
  companion.picture = function (name, description, className) {
    return companion.element('img', {
      class: className, attributes: { src: companion.fileAddress(name), alt: description, loading: 'lazy' }
    });
  };
})(window.companion);
