/* This view makes a registration: the user chooses a unit and fills in the fields, and the laptop confirms
   them. */
(function (companion) {
  'use strict';

  var element = companion.element, word = companion.word;

  companion.views = companion.views || {};

  companion.views.form = function () {
    var steps = { unit: unitStep(), fields: fieldsStep(), waiting: waitingStep() };
    var node = element('div', {});
    var shown = null;
    return {
      node: node,
      update: function (view) {
        var step = steps[view.step] ? view.step : 'waiting';
        if (step !== shown) {
          companion.empty(node);
          node.appendChild(steps[step].node);
          if (shown !== null) window.scrollTo(0, 0);
          shown = step;
        }
        steps[step].update(view);
      },
      leave: function () { steps.fields.leave(); }
    };
  };

  /** Makes a list with one large button for each line that can be chosen. */
  function lineButtons(choose) {
    var list = element('div', { class: 'lines' });
    return {
      node: list,
      update: function (lines, isDisabled) {
        companion.keyed(list, lines, function (line) { return String(line.number); }, function (line) {
          var button = companion.button('', 'line', function () { choose(line.number); });
          return {
            node: button,
            update: function (item) { companion.setText(button, item.text); button.disabled = isDisabled; }
          };
        });
      }
    };
  }

  // MARK: - The unit

  function unitStep() {
    var isSending = false;
    var timer = null;
    var searched = '';
    var failure = element('p', { class: 'problem', attributes: { role: 'alert' } });
    var input = element('input', {
      class: 'input', attributes: {
        id: 'unit-search', type: 'text', autocomplete: 'off', autocorrect: 'off', autocapitalize: 'off', spellcheck: 'false',
        enterkeyhint: 'search', maxlength: 200
      },
      on: {
        input: function () {
          companion.keep('search', input.value);
          clearTimeout(timer);
          timer = setTimeout(search, 400);
          drawNew();
        },
        keydown: function (event) {
          if (event.key === 'Enter' && !event.isComposing && event.keyCode !== 229) { search(); input.blur(); }
        }
      }
    });
    input.value = companion.kept('search') || '';
    var lines = lineButtons(function (number) { choose({ number: number }); });
    var none = element('p', { class: 'hint', text: word('unitNone') });
    var create = companion.button('', 'main', function () { choose({ name: input.value.trim() }); });
    if (input.value.trim()) search();

    function search() {
      clearTimeout(timer);
      var text = input.value.trim();
      if (text === searched) return;
      searched = text;
      companion.act('search', { text: text });
    }

    function choose(members) {
      if (isSending) return;
      isSending = true;
      companion.show(failure, false);
      companion.act('unit', members).then(function (outcome) {
        isSending = false;
        if (outcome.isDone) {
          companion.keep('search', null);
          input.value = '';
          searched = '';
        } else {
          companion.setText(failure, (outcome.fields && outcome.fields.name) || outcome.message || word('refused'));
          companion.show(failure, true);
        }
        companion.draw();
      });
      companion.draw();
    }

    function drawNew() {
      var name = input.value.trim();
      companion.setText(create, name ? word('unitNew', { text: name }) : word('unitNewEmpty'));
      create.disabled = !name || isSending;
    }

    companion.show(failure, false);
    return {
      node: element('div', {}, [
        element('section', { class: 'card' }, [
          element('label', { class: 'field-title', text: word('unitSearch'), attributes: { for: 'unit-search' } }),
          input, element('p', { class: 'hint', text: word('unitHint') }), failure
        ]),
        element('section', { class: 'card' }, [
          element('h2', { class: 'card-title', text: word('unitKnown') }), lines.node, none
        ]),
        element('div', { class: 'bar' }, [create])
      ]),
      update: function (view) {
        lines.update(view.lines, isSending);
        companion.show(none, view.lines.length === 0);
        drawNew();
      }
    };
  }

  // MARK: - The fields

  function fieldsStep() {
    // The values that were typed here and are not on the laptop yet, by paths: `{value, isSent, problem}`.
    var edits = {};
    // The laptop's own values that it refused, by paths: `{value, problem}`. An entry counts as long as the
    // value stays.
    var refusals = {};
    var isSending = false;
    var isSubmitting = false;
    var openPath = null;
    var current = null;
    var parts = {};
    var earlier = companion.kept('form') || {};
    Object.keys(earlier).forEach(function (path) { edits[path] = { value: String(earlier[path]), isSent: false, problem: null }; });

    var form = {
      valueOf: function (field) {
        var edit = edits[field.path];
        return edit ? edit.value : field.value === null || field.value === undefined ? '' : String(field.value);
      },
      problemOf: function (field) {
        var edit = edits[field.path];
        if (edit) return edit.problem;
        var refusal = refusals[field.path];
        return field.problem || (refusal && refusal.value === form.valueOf(field) ? refusal.problem : null);
      },
      isEdited: function (field) { return Boolean(edits[field.path]); },
      edit: function (path, value) {
        edits[path] = { value: value, isSent: false, problem: null };
        keep();
        companion.setText(saving, word('unsaved'));
      },
      leave: function () { send(); companion.draw(); },
      open: function (path) { openPath = path; companion.draw(); },
      isOpen: function (path) { return openPath === path; }
    };

    var models = lineButtons(function (number) {
      companion.act('model', { number: number }).then(function (outcome) {
        say(outcome.isDone ? null : outcome.message || word('refused'));
      });
    });
    var modelsCard = element('section', { class: 'card' }, [
      element('h2', { class: 'card-title', text: word('models') }), models.node
    ]);
    var groups = element('div', {});
    var saving = element('p', { class: 'saving' });
    var why = element('p', { class: 'problem', attributes: { role: 'alert' } });
    var submit = companion.button(word('sendForm'), 'main', submitForm);
    companion.show(why, false);
    if (Object.keys(edits).length > 0) send();

    function keep() {
      var values = {};
      Object.keys(edits).forEach(function (path) { values[path] = edits[path].value; });
      companion.keep('form', Object.keys(values).length > 0 ? values : null);
    }

    function say(text) {
      companion.setText(why, text || '');
      companion.show(why, Boolean(text));
    }

    /**
     * Sends typed values that were not sent yet. Only one action runs at a time, so that no earlier value
     * replaces a later one.
     */
    function send() {
      if (isSending || isSubmitting) return;
      var values = {};
      Object.keys(edits).forEach(function (path) {
        if (!edits[path].isSent) values[path] = edits[path].value;
      });
      if (Object.keys(values).length === 0) return;
      isSending = true;
      companion.setText(saving, word('saving'));
      deliver('answers', values).then(function () {
        isSending = false;
        var isLeft = Object.keys(edits).some(function (path) { return !edits[path].isSent; });
        companion.setText(saving, word(isLeft ? 'unsaved' : 'saved'));
        // A value that was typed meanwhile is sent after its field has lost the focus.
        if (isLeft && !isTyping()) send();
        companion.draw();
      });
    }

    function isTyping() {
      var active = document.activeElement;
      return Boolean(active && active.classList && active.classList.contains('input') && groups.contains(active));
    }

    function deliver(kind, values) {
      Object.keys(values).forEach(function (path) { edits[path].isSent = true; });
      return companion.act(kind, { values: values }).then(function (outcome) {
        var wrong = outcome.fields || {};
        Object.keys(values).forEach(function (path) {
          var edit = edits[path];
          if (!edit || edit.value !== values[path]) return;
          // A refused value stays as it was typed, with the reason beside it, unless the laptop's state shows
          // both.
          if (wrong[path] && !isOnLaptop(path, edit.value)) edit.problem = wrong[path];
          else if (outcome.isDone || kind === 'answers') delete edits[path];
        });
        keep();
        return outcome;
      });
    }

    function isOnLaptop(path, value) {
      return allFields().some(function (field) { return field.path === path && field.value === value && field.problem; });
    }

    function submitForm() {
      if (isSubmitting) return;
      // The laptop also reports missing values, for all fields at once, so the page does not check them.
      say(null);
      isSubmitting = true;
      var values = {};
      Object.keys(edits).forEach(function (path) { values[path] = edits[path].value; });
      deliver('submit', values).then(function (outcome) {
        isSubmitting = false;
        if (!outcome.isDone) {
          var wrong = allFields().filter(function (field) { return outcome.fields && outcome.fields[field.path]; });
          wrong.forEach(function (field) {
            var problem = outcome.fields[field.path];
            if (edits[field.path]) edits[field.path].problem = problem;
            // A value that was not typed here must not become an edit, which would hide a value that the laptop
            // fills in later.
            else refusals[field.path] = { value: form.valueOf(field), problem: problem };
          });
          say(wrong.length > 0 ? word('fieldsWrong', { text: titlesOf(wrong) }) : outcome.message || word('refused'));
          if (wrong.length > 0) goTo(wrong[0].path);
        }
        companion.draw();
      });
      companion.draw();
    }

    function allFields() {
      return current ? current.groups.reduce(function (all, group) { return all.concat(group.fields); }, []) : [];
    }

    function titlesOf(fields) {
      var titles = fields.slice(0, 3).map(function (field) { return field.title; });
      return titles.join(companion.language === 'en' ? ', ' : '、') + (fields.length > 3 ? '…' : '');
    }

    function goTo(path) { if (parts[path]) parts[path].focus(); }

    return {
      node: element('div', {}, [modelsCard, groups, element('div', { class: 'bar' }, [saving, why, submit])]),
      leave: send,
      update: function (view) {
        current = view;
        models.update(view.models, isSubmitting);
        companion.show(modelsCard, view.models.length > 0);
        companion.keyed(groups, view.groups, function (group) { return group.title; }, function () {
          var title = element('h2', { class: 'card-title' });
          var fields = element('div', {});
          return {
            node: element('section', { class: 'card' }, [title, fields]),
            update: function (group) {
              companion.setText(title, group.title);
              companion.keyed(fields, group.fields, function (field) { return field.path; }, function (field) {
                parts[field.path] = companion.field(field, form);
                return parts[field.path];
              });
            }
          };
        });
        submit.disabled = isSubmitting;
        companion.show(saving, saving.textContent !== '');
      }
    };
  }

  // MARK: - The laptop confirms

  function waitingStep() {
    var summary = element('dl', { class: 'facts' });
    return {
      node: element('div', {}, [
        element('section', { class: 'card strong' }, [
          element('h2', { class: 'card-title', text: word('formSent') }), element('p', { text: word('formWaiting') })
        ]),
        element('section', { class: 'card' }, [summary])
      ]),
      update: function (view) {
        companion.keyed(summary, view.summary, function (line) { return line.title; }, function () {
          var name = element('dt', {}), value = element('dd', {}), note = element('dd', { class: 'hint' });
          return {
            node: element('div', { class: 'fact' }, [name, value, note]),
            update: function (line) {
              companion.setText(name, line.title);
              companion.setText(value, line.value);
              companion.setText(note, line.note || '');
              companion.show(note, Boolean(line.note));
            }
          };
        });
      }
    };
  }
})(window.companion);
