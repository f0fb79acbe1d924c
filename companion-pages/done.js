/* This part has two views. The view at the end shows the papers under addresses that any browser can fetch, and
   their pages as pictures. In the other view the page only waits. */
(function (companion) {
  'use strict';

  var element = companion.element, word = companion.word;

  companion.views = companion.views || {};

  companion.views.done = function () {
    var text = element('p', { class: 'done-text' });
    var papers = element('div', {});
    var pages = element('div', { class: 'pages' });
    var pagesCard = element('section', { class: 'card' }, [element('h2', { class: 'card-title', text: word('pages') }), pages]);
    var hint = element('p', { class: 'hint', text: word('weChat') });
    return {
      node: element('div', {}, [element('section', { class: 'card strong' }, [text]), papers, hint, pagesCard]),
      update: function (view) {
        companion.setText(text, view.text);
        companion.keyed(papers, view.papers, function (paper) { return paper.address; }, paperCard);
        companion.show(hint, view.papers.length > 0);
        companion.keyed(pages, view.pages, function (name) { return name; }, function (name) {
          var number = view.pages.indexOf(name) + 1;
          return { node: companion.thumbnail(name, word('pageNumber', { n: number }), 'paper-page') };
        });
        companion.show(pagesCard, view.pages.length > 0);
      }
    };
  };

  /** Makes the card of a paper with a link to it, and with the link's address as text for another browser. */
  function paperCard(paper) {
    // Only an http or https address becomes a link.
    var isWeb = /^https?:\/\//.test(paper.address);
    var address = element('p', { class: 'address', text: paper.address });
    var said = element('p', { class: 'hint', attributes: { 'aria-live': 'polite', hidden: true } });
    var copy = companion.button(word('copyAddress'), '', function () {
      companion.setText(said, word(copied(address) ? 'copied' : 'copyByHand'));
      companion.show(said, true);
    });
    return {
      node: element('section', { class: 'card' }, [
        isWeb ? element('a', {
          class: 'button main', text: word('openPaper', { text: paper.title }), attributes: { href: paper.address, target: '_blank', rel: 'noopener' }
        }) : element('h2', { class: 'card-title', text: paper.title }),
        address, copy, said
      ])
    };
  }

  /**
   * Copies the text of an element by selecting it, because a page over plain HTTP has no clipboard interface.
   */
  function copied(node) {
    try {
      var range = document.createRange();
      range.selectNodeContents(node);
      var selection = window.getSelection();
      selection.removeAllRanges();
      selection.addRange(range);
      return document.execCommand('copy');
    } catch (error) {
      return false;
    }
  }

  companion.views.wait = function () {
    var text = element('p', { class: 'done-text' });
    return {
      node: element('section', { class: 'card strong' }, [text]),
      update: function (view) { companion.setText(text, view.text); }
    };
  };
})(window.companion);
