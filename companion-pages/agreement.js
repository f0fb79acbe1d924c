/* This part shows the text of an agreement as the laptop sends it. */
(function (companion) {
  'use strict';

  var element = companion.element;

  /** Makes the elements of the agreement's text. */
  companion.agreement = function (view) {
    var children = [
      element('h2', { class: 'agreement-title', text: view.title }),
      view.subtitle ? element('p', { class: 'agreement-subtitle', text: view.subtitle }) : null,
      facts(view.numbers || [])
    ];
    (view.blocks || []).forEach(function (block) { children.push(blockElement(block)); });
    return element('article', { class: 'agreement' }, children);
  };

  function blockElement(block) {
    switch (block.kind) {
    case 'heading': return element('h3', { class: 'agreement-heading', text: block.text });
    case 'band': return element('h4', { class: 'agreement-band', text: block.text });
    case 'facts': return facts(block.facts);
    case 'columns': return table(block.titles, block.rows);
    case 'clauses': return element('ol', { class: 'clauses' }, block.clauses.map(function (clause) {
      return element('li', { text: clause });
    }));
    // A block of an unknown kind is shown as plain text or JSON, because the signatory has to read the whole
    // text.
    default: return element('p', { text: block.text || JSON.stringify(block) });
    }
  }

  function facts(list) {
    return element('dl', { class: 'facts' }, list.map(function (fact) {
      return element('div', { class: 'fact' }, [
        element('dt', { text: fact.name }), element('dd', { text: fact.value })
      ]);
    }));
  }

  /** Makes a table. On a narrow screen the style sheet shows each row as lines of title and value. */
  function table(titles, rows) {
    return element('table', { class: 'columns' }, [
      element('thead', {}, [element('tr', {}, titles.map(function (title) {
        return element('th', { text: title, attributes: { scope: 'col' } });
      }))]),
      element('tbody', {}, rows.map(function (row) {
        return element('tr', {}, row.map(function (cell, index) {
          return element('td', { text: cell, attributes: { 'data-title': titles[index] || '' } });
        }));
      }))
    ]);
  }
})(window.companion);
