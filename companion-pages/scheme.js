/* This view shows an installation scheme with its wiring diagram, and its steps one by one in large letters. */
(function (companion) {
  'use strict';

  var element = companion.element, word = companion.word;

  companion.views = companion.views || {};

  companion.views.scheme = function () {
    var kept = Number(companion.kept('schemeStep'));
    var step = kept > 0 ? Math.floor(kept) : 0;
    var isFinishing = false;
    var current = null;
    var shownPicture;
    var draft = element('p', { class: 'notice warning', text: word('draft') });
    var approval = element('p', { class: 'hint' });
    var picture = element('section', { class: 'card' });
    var place = element('p', { class: 'step' });
    var text = element('p', { class: 'scheme-step', attributes: { 'aria-live': 'polite' } });
    var failure = element('p', { class: 'problem', attributes: { role: 'alert', hidden: true } });
    var previous = companion.button(word('previousStep'), 'large', function () { go(-1); });
    var next = companion.button(word('nextStep'), 'main large', function () { go(1); });
    var finish = companion.button(word('schemeDone'), 'main large', function () {
      isFinishing = true;
      companion.act('finish', {}).then(function (outcome) {
        isFinishing = false;
        companion.setText(failure, outcome.isDone ? '' : outcome.message || word('refused'));
        companion.show(failure, !outcome.isDone);
        companion.draw();
      });
      companion.draw();
    });

    function go(by) {
      step += by;
      companion.keep('schemeStep', step);
      companion.draw();
    }

    function drawPicture(name) {
      if (shownPicture === name) return;
      shownPicture = name;
      companion.empty(picture);
      if (!name) {
        picture.appendChild(element('p', { class: 'hint', text: word('noPicture') }));
        return;
      }
      picture.appendChild(companion.thumbnail(name, word('picture'), 'diagram'));
      picture.appendChild(element('p', { class: 'hint', text: word('zoomPicture') }));
    }

    return {
      node: element('div', {}, [
        draft, element('section', { class: 'card strong' }, [place, text]), picture, approval, failure,
        element('div', { class: 'bar' }, [element('div', { class: 'buttons' }, [previous, next, finish])])
      ]),
      update: function (view) {
        current = view;
        var last = Math.max(0, current.steps.length - 1);
        step = Math.max(0, Math.min(last, step));
        drawPicture(view.picture || null);
        companion.show(draft, view.isDraft);
        companion.setText(approval, view.approval ? word('approval', { text: view.approval }) : '');
        companion.show(approval, Boolean(view.approval));
        companion.setText(place, word('stepOf', { n: current.steps.length > 0 ? step + 1 : 0, all: current.steps.length }));
        companion.setText(text, current.steps[step] || '');
        previous.disabled = step === 0;
        // The page continues when the laptop does. Where the laptop waits for the reader, the last step has a
        // button to finish.
        companion.show(finish, view.canFinish && step === last);
        companion.show(next, !(view.canFinish && step === last));
        next.disabled = step === last;
        finish.disabled = isFinishing;
      }
    };
  };
})(window.companion);
