/* This view shows the photos that the laptop asks for. */
(function (companion) {
  'use strict';

  var element = companion.element, word = companion.word;

  companion.views = companion.views || {};

  companion.views.photos = function () {
    var cards = element('div', { class: 'cards' });
    var note = element('p', { class: 'hint', text: word('stayHere') });
    var why = element('p', { class: 'why' });
    var finish = companion.button(word('finishPhotos'), 'main', function () {
      finish.disabled = true;
      companion.act('finish', {}).then(function (outcome) {
        isRefused = outcome.isDone ? null : outcome.message || word('refused');
        isFinishing = false;
        companion.draw();
      });
      isFinishing = true;
    });
    var isFinishing = false;
    var isRefused = null;

    return {
      node: element('div', {}, [cards, note, element('div', { class: 'bar' }, [why, finish])]),
      update: function (view) {
        companion.keyed(cards, view.shots, function (shot) { return shot.id; }, companion.shotCard);
        companion.attachArrived();
        var missing = titles(view.shots, function (shot) { return shot.isNeeded && shot.photos.length === 0; });
        var asked = titles(view.shots, function (shot) { return Boolean(shot.question); });
        var reason = asked ? word('openQuestion', { text: asked })
          : companion.isUploading() ? word('stillUploading')
          : missing ? word('stillMissing', { text: missing }) : null;
        companion.show(note, companion.isUploading());
        companion.setText(why, reason || isRefused || '');
        companion.show(why, Boolean(reason || isRefused));
        finish.disabled = Boolean(reason) || isFinishing;
      }
    };
  };

  /**
   * Returns the titles of the first three shots for which `isMeant` is true, and an ellipsis where there are
   * more.
   */
  function titles(shots, isMeant) {
    var meant = shots.filter(isMeant).map(function (shot) { return shot.title; });
    var joint = companion.language === 'en' ? ', ' : '、';
    return meant.slice(0, 3).join(joint) + (meant.length > 3 ? '…' : '');
  }
})(window.companion);
