/* This view takes the signature: the signatory reads the text to its end, enters who signs, decides about
   personal data, and writes on the pad. A reload of the page loses only the strokes. */
(function (companion) {
  'use strict';

  var element = companion.element, word = companion.word;

  companion.views = companion.views || {};

  var order = ['read', 'who', 'consent', 'pad'];
  var sizes = 5;

  companion.views.sign = function () {
    var node = element('div', {});
    var current = null;
    var sign = restored();
    // The steps contain the text that they show, so they are made anew for another text.
    var steps = null;
    var shown = null;

    var shared = {
      state: sign,
      view: function () { return current; },
      keep: function () { companion.keep('sign', sign); },
      go: function (by) {
        sign.step = order[Math.max(0, Math.min(order.length - 1, order.indexOf(sign.step) + by))];
        shared.keep();
        companion.draw();
        window.scrollTo(0, 0);
      },
      goTo: function (step) { sign.step = step; shared.keep(); companion.draw(); }
    };

    function restored() {
      var earlier = companion.kept('sign') || {};
      function text(value) { return typeof value === 'string' ? value : null; }
      return {
        textSha256: text(earlier.textSha256), signatory: text(earlier.signatory), step: order.indexOf(earlier.step) >= 0 ? earlier.step : 'read',
        isRead: earlier.isRead === true, size: Math.max(0, Math.min(sizes - 1, Number(earlier.size) || 0)),
        name: text(earlier.name), capacity: text(earlier.capacity), lastDigits: text(earlier.lastDigits) || '',
        consents: typeof earlier.consents === 'boolean' ? earlier.consents : null
      };
    }

    return {
      node: node,
      update: function (view) {
        var signatory = view.signatory.name + ' ' + view.signatory.maskedPhone;
        var isOther = sign.signatory !== signatory;
        var isAnother = isOther || sign.textSha256 !== view.textSha256;
        if (isOther) {
          // The entries of one signatory do not count for the next.
          sign.name = null;
          sign.capacity = null;
          sign.lastDigits = '';
        }
        if (isAnother) {
          // Reading and consent belong to one text and one person.
          sign.isChanged = !isOther && sign.textSha256 !== null;
          sign.signatory = signatory;
          sign.textSha256 = view.textSha256;
          sign.step = 'read';
          sign.isRead = false;
          sign.consents = null;
        }
        current = view;
        if (sign.name === null) sign.name = view.signatory.name;
        if (isAnother || !steps) {
          if (steps) steps.pad.leave();
          steps = { read: readStep(shared), who: whoStep(shared), consent: consentStep(shared), pad: padStep(shared) };
          shown = null;
        }
        if (shown !== sign.step) {
          if (shown && steps[shown].leave) steps[shown].leave();
          shown = sign.step;
          companion.empty(node);
          node.appendChild(steps[shown].node);
          if (steps[shown].enter) steps[shown].enter();
        }
        steps[shown].update(view);
        if (isAnother) shared.keep();
      },
      leave: function () { if (steps) steps.pad.leave(); },
      moved: function () { if (steps && steps[shown].moved) steps[shown].moved(); }
    };
  };

  // MARK: - Reading

  function readStep(shared) {
    var sign = shared.state;
    var text = companion.agreement(shared.view());
    var end = element('p', { class: 'end-of-text', text: word('endOfText') });
    var changed = element('p', { class: 'notice warning', text: word('textChanged') });
    var smaller = companion.button('A−', 'small', function () { resize(-1); });
    var larger = companion.button('A+', 'small', function () { resize(1); });
    smaller.setAttribute('aria-label', word('smaller'));
    larger.setAttribute('aria-label', word('larger'));
    var down = companion.button(word('nextPage'), '', function () {
      window.scrollBy(0, Math.max(100, window.innerHeight - bar.offsetHeight - 60));
    });
    var next = companion.button('', 'main', function () { if (sign.isRead) shared.go(1); });
    var why = element('p', { class: 'why' });
    var bar = element('div', { class: 'bar' }, [
      why, element('div', { class: 'buttons' }, [smaller, larger, down]), next
    ]);
    var node = element('div', {}, [
      element('h2', { class: 'step', text: word('signRead') }), changed, text, end, bar
    ]);

    function resize(by) {
      // The reader's place in the text stays on the screen.
      var height = Math.max(1, document.documentElement.scrollHeight);
      var place = window.pageYOffset / height;
      sign.size = Math.max(0, Math.min(sizes - 1, sign.size + by));
      shared.keep();
      draw();
      window.scrollTo(0, place * document.documentElement.scrollHeight);
    }

    /** Marks the text as read once its end is on the screen, above the bar with the buttons. */
    function look() {
      if (sign.isRead || !document.body.contains(end)) return;
      var place = end.getBoundingClientRect();
      if (place.height === 0 || place.top > bar.getBoundingClientRect().top || place.bottom < 0) return;
      sign.isRead = true;
      shared.keep();
      draw();
    }

    function draw() {
      text.className = 'agreement size-' + sign.size;
      smaller.disabled = sign.size === 0;
      larger.disabled = sign.size === sizes - 1;
      next.disabled = !sign.isRead;
      companion.setText(next, word('readDone'));
      companion.setText(why, word('readFirst'));
      companion.show(why, !sign.isRead);
      companion.show(down, !sign.isRead);
      companion.show(changed, Boolean(sign.isChanged));
    }

    return { node: node, update: function () { draw(); look(); }, moved: look };
  }

  // MARK: - Who signs

  function whoStep(shared) {
    var sign = shared.state;
    var problems = {};
    var general = problem();
    var name = input({ type: 'text', maxlength: 100, enterkeyhint: 'next' }, function () {
      sign.name = name.value;
      // Another person is asked for consent anew.
      sign.consents = null;
    });
    var digits = input({ type: 'text', inputmode: 'numeric', maxlength: 4, enterkeyhint: 'done', pattern: '[0-9]*' }, function () {
      // An input method may give full-width digits.
      var typed = digits.value.replace(/[０-９]/g, function (digit) {
        return String.fromCharCode(digit.charCodeAt(0) - 0xfee0);
      }).replace(/[^0-9]/g, '').slice(0, 4);
      if (typed !== digits.value) digits.value = typed;
      sign.lastDigits = typed;
    });
    name.value = sign.name || '';
    digits.value = sign.lastDigits;
    var capacities = element('div', { class: 'choices', attributes: { role: 'radiogroup', 'aria-label': word('capacity') } });
    var digitsNote = element('p', { class: 'hint' });
    var authority = companion.shotCard(shared.view().authority);
    var authorityNote = element('p', { class: 'hint', text: word('authorityNote') });
    var authorityBox = element('div', {}, [authorityNote, authority.node]);
    problems.name = problem();
    problems.capacity = problem();
    problems.lastDigits = problem();
    problems.authority = problem();

    function problem() { return element('p', { class: 'problem', attributes: { role: 'alert', hidden: true } }); }

    function input(attributes, changed) {
      var all = { autocomplete: 'off', autocorrect: 'off', autocapitalize: 'off', spellcheck: 'false' };
      Object.keys(attributes).forEach(function (key) { all[key] = attributes[key]; });
      return element('input', {
        class: 'input', attributes: all,
        on: { input: function () { changed(); shared.keep(); } }
      });
    }

    function say(field, text) {
      var place = problems[field] || general;
      companion.setText(place, text || '');
      companion.show(place, Boolean(text));
    }

    function check() {
      var shot = shared.view().authority;
      var needsAuthority = sign.capacity === 'authorised';
      var wrong = {
        name: (sign.name || '').trim() ? null : word('nameMissing'),
        capacity: sign.capacity ? null : word('capacityMissing'),
        lastDigits: /^[0-9]{4}$/.test(sign.lastDigits) ? null : word('digitsMissing'),
        authority: !needsAuthority ? null : shot.question ? word('authorityOpen')
          : companion.isUploading() ? word('stillUploading') : shot.photos.length > 0 ? null : word('authorityMissing')
      };
      var first = null;
      Object.keys(wrong).forEach(function (field) {
        say(field, wrong[field]);
        if (wrong[field] && !first) first = problems[field];
      });
      say('general', null);
      if (first) first.scrollIntoView(false);
      return !first;
    }

    function labelled(title, control, field, hint) {
      var id = 'sign-' + field;
      control.id = id;
      return element('div', { class: 'field' }, [
        element('label', { class: 'field-title', text: title, attributes: { for: id } }), control, problems[field], hint
      ]);
    }

    var node = element('div', {}, [
      element('h2', { class: 'step', text: word('signWho') }), general,
      element('section', { class: 'card' }, [
        labelled(word('signatoryName'), name, 'name'),
        element('div', { class: 'field' }, [
          element('p', { class: 'field-title', text: word('capacity') }), capacities, problems.capacity
        ]),
        labelled(word('lastDigits'), digits, 'lastDigits', digitsNote)
      ]),
      authorityBox, problems.authority,
      element('div', { class: 'bar' }, [element('div', { class: 'buttons' }, [
        companion.button(word('back'), '', function () { shared.go(-1); }),
        companion.button(word('next'), 'main', function () { if (check()) shared.go(1); })
      ])])
    ]);

    return {
      node: node,
      enter: function () {
        // The page shows a refused value at the step where it can be corrected.
        var refused = sign.refused;
        delete sign.refused;
        if (!refused) return;
        Object.keys(refused).forEach(function (field) { say(field, refused[field]); });
        // The page scrolls to the first problem, because a phone on its side shows little of the page.
        var first = problems[Object.keys(refused).filter(function (field) { return problems[field]; })[0]] || general;
        first.scrollIntoView(false);
      },
      update: function (view) {
        companion.setText(digitsNote, word('lastDigitsNote', { phone: view.signatory.maskedPhone }));
        companion.keyed(capacities, view.capacities, function (choice) { return choice.code; }, function (choice) {
          var button = companion.button('', 'choice', function () {
            if (sign.capacity !== choice.code) sign.consents = null;
            sign.capacity = choice.code;
            shared.keep();
            say('capacity', null);
            companion.draw();
          });
          button.setAttribute('role', 'radio');
          return {
            node: button,
            update: function (item) {
              companion.setText(button, item.title);
              button.setAttribute('aria-checked', String(sign.capacity === item.code));
            }
          };
        });
        companion.show(authorityBox, sign.capacity === 'authorised');
        authority.update(view.authority);
        if (view.authority.photos.length > 0) say('authority', null);
        companion.attachArrived();
      }
    };
  }

  // MARK: - Personal data

  function consentStep(shared) {
    var sign = shared.state;
    var text = element('p', { class: 'consent-text' });
    var why = element('p', { class: 'why', text: word('consentMissing') });
    var yes = choice(word('agree'), true);
    var no = choice(word('disagree'), false);
    var next = companion.button(word('next'), 'main', function () { if (sign.consents !== null) shared.go(1); });

    function choice(title, value) {
      var button = companion.button(title, 'choice', function () {
        sign.consents = value;
        shared.keep();
        draw();
      });
      button.setAttribute('role', 'radio');
      return button;
    }

    function draw() {
      yes.setAttribute('aria-checked', String(sign.consents === true));
      no.setAttribute('aria-checked', String(sign.consents === false));
      next.disabled = sign.consents === null;
      companion.show(why, sign.consents === null);
    }

    return {
      node: element('div', {}, [
        element('h2', { class: 'step', text: word('signConsent') }),
        element('section', { class: 'card' }, [
          text, element('p', { class: 'hint', text: word('consentChoice') }),
          element('div', { class: 'buttons choices-equal', attributes: { role: 'radiogroup' } }, [yes, no])
        ]),
        element('div', { class: 'bar' }, [why, element('div', { class: 'buttons' }, [
          companion.button(word('back'), '', function () { shared.go(-1); }), next
        ])])
      ]),
      update: function (view) {
        companion.setText(text, view.consentText);
        draw();
      }
    };
  }

  // MARK: - The pad

  function padStep(shared) {
    var sign = shared.state;
    var isSending = false;
    var message = element('p', { class: 'problem', attributes: { role: 'alert', hidden: true } });
    var pad = companion.pad(function () { say(pad.isFull() ? word('padFull') : null); draw(); });
    var name = element('p', { class: 'pad-name' });
    var statement = element('p', { class: 'statement' });
    var turn = element('p', { class: 'hint pad-turn', text: word('padTurn') });
    var back = companion.button(word('back'), '', function () { shared.go(-1); });
    var clear = companion.button(word('clear'), '', function () { pad.clear(); });
    var done = companion.button(word('signNow'), 'main', send);
    var node = element('div', { class: 'pad-screen' }, [
      element('div', { class: 'pad-head' }, [element('h2', { class: 'step', text: word('signPad') }), statement, name, message, turn]),
      pad.node,
      element('div', { class: 'pad-buttons' }, [back, clear, done])
    ]);

    function say(text) {
      companion.setText(message, text || '');
      companion.show(message, Boolean(text));
      pad.fit();
    }

    function draw() {
      back.disabled = clear.disabled = done.disabled = isSending;
      companion.setText(done, isSending ? word('signing') : word('signNow'));
    }

    function send() {
      if (isSending) return;
      if (pad.isFull()) return say(word('padFull'));
      if (pad.isEmpty()) return say(word('blank'));
      if (pad.isDot()) return say(word('dot'));
      isSending = true;
      say(null);
      draw();
      companion.act('sign', {
        name: (sign.name || '').trim(), capacity: sign.capacity, lastDigits: sign.lastDigits, consents: sign.consents,
        readToEnd: sign.isRead, textSha256: sign.textSha256, strokes: pad.document()
      }).then(function (outcome) {
        isSending = false;
        draw();
        if (outcome.isDone) return;
        var fields = outcome.fields || {};
        var isAboutWho = ['name', 'capacity', 'lastDigits', 'authority'].some(function (field) { return fields[field]; });
        if (isAboutWho) {
          sign.refused = fields;
          var isSaidThere = Object.keys(fields).some(function (field) { return fields[field] === outcome.message; });
          if (outcome.message && !isSaidThere) sign.refused.general = outcome.message;
          shared.goTo('who');
        } else {
          say(fields.strokes || outcome.message || word('refused'));
        }
      });
    }

    return {
      node: node,
      enter: function () {
        companion.setClass(document.body, 'is-writing', true);
      },
      leave: function () { companion.setClass(document.body, 'is-writing', false); },
      moved: pad.fit,
      update: function (view) {
        // A restored page goes back to its first unfinished step.
        if (!sign.isRead) return shared.goTo('read');
        if (!sign.capacity || !/^[0-9]{4}$/.test(sign.lastDigits)) return shared.goTo('who');
        if (sign.consents === null) return shared.goTo('consent');
        companion.setText(statement, view.statement);
        companion.setText(name, word('padName', { text: sign.name || '' }));
        draw();
        // The texts change the area that is left for the pad, so the pad is fitted after them.
        pad.fit();
      }
    };
  }
})(window.companion);
