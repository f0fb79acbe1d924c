/* This part shows one field of a form with its title, an input of its kind, the source of its value, its
   problem, and suggestions. */
(function (companion) {
  'use strict';

  var element = companion.element, word = companion.word;

  // The maximum number of choices that are shown as large buttons; more choices are shown as a list.
  var maxButtons = 6;
  var maxSuggestions = 6;

  var inputs = {
    text: { type: 'text' },
    name: { type: 'text', autocapitalize: 'words' },
    phone: { type: 'tel', inputmode: 'tel' },
    amount: { type: 'text', inputmode: 'decimal' },
    count: { type: 'text', inputmode: 'numeric' },
    day: { type: 'text', inputmode: 'numeric', placeholder: '2026-11-29' }
  };

  var count = 0;

  /**
   * Makes the field. `form` has `edit(path, value)`, `leave()`, `valueOf(field)` and `problemOf(field)`; `update(field)` brings
   * the field in line with the laptop's state, but not an input that is being typed in.
   */
  companion.field = function (first, form) {
    count += 1;
    var id = 'field-' + count;
    var title = element('label', { class: 'field-title', attributes: { for: id, id: id + '-title' } });
    var mark = element('span', { class: 'field-mark' });
    var note = element('p', { class: 'hint' });
    var problem = element('p', { class: 'problem', attributes: { role: 'alert', id: id + '-problem' } });
    var unit = element('span', { class: 'unit' });
    var chips = element('div', { class: 'chips' });
    var control = first.kind === 'choice' ? choiceControl() : textControl();
    var node = element('div', { class: 'field', attributes: { 'data-path': first.path } }, [
      element('div', { class: 'field-head' }, [title, mark]),
      element('div', { class: 'field-line' }, [control.node, unit]), chips, problem, note
    ]);
    var present = first;

    function update(field) {
      present = field;
      var wrong = form.problemOf(field);
      companion.setText(title, field.title);
      companion.setText(mark, field.isRequired ? word('required') : '');
      companion.setText(unit, field.unit || '');
      companion.show(unit, Boolean(field.unit));
      companion.setText(note, field.note || '');
      companion.show(note, Boolean(field.note) && !form.isEdited(field));
      companion.setText(problem, wrong || '');
      companion.show(problem, Boolean(wrong));
      companion.setClass(node, 'wrong', Boolean(wrong));
      control.update(field, form.valueOf(field));
      drawChips(field);
    }

    // MARK: - Text

    function textControl() {
      var attributes = {
        id: id, autocomplete: 'off', autocorrect: 'off', autocapitalize: 'off', spellcheck: 'false', enterkeyhint: 'next',
        maxlength: 400, 'aria-describedby': id + '-problem'
      };
      var kind = inputs[first.kind] || inputs.text;
      Object.keys(kind).forEach(function (name) { attributes[name] = kind[name]; });
      var input = element('input', {
        class: 'input', attributes: attributes,
        on: {
          input: function () { form.edit(first.path, input.value); drawChips(present); },
          focus: function () { form.open(first.path); },
          blur: function () { form.leave(); },
          keydown: function (event) {
            // Key code 229 comes from an input method, whose Enter ends a word and not the field.
            if (event.key !== 'Enter' || event.isComposing || event.keyCode === 229) return;
            event.preventDefault();
            var all = Array.prototype.slice.call(document.querySelectorAll('input.input, select.input'));
            var next = all[all.indexOf(input) + 1];
            if (next) next.focus();
            else input.blur();
          }
        }
      });
      return {
        node: input, input: input,
        update: function (field, value) {
          if (document.activeElement !== input && input.value !== value) input.value = value;
        }
      };
    }

    // MARK: - Choices

    function choiceControl() { return first.choices.length <= maxButtons ? choiceButtons() : choiceList(); }

    function choiceButtons() {
      title.removeAttribute('for');
      var group = element('div', { class: 'choices', attributes: { role: 'radiogroup', 'aria-labelledby': id + '-title' } });
      return {
        node: group,
        update: function (field, value) {
          companion.keyed(group, field.choices, function (choice) { return choice.code; }, function (choice) {
            var button = companion.button('', 'choice', function () {
              // A second tap clears an optional choice.
              var isTaken = button.getAttribute('aria-checked') === 'true';
              form.edit(first.path, isTaken && !present.isRequired ? '' : choice.code);
              form.leave();
            });
            button.setAttribute('role', 'radio');
            return {
              node: button,
              update: function (item) {
                companion.setText(button, item.title);
                button.setAttribute('aria-checked', String(isChosen(item, form.valueOf(present))));
              }
            };
          });
        }
      };
    }

    function choiceList() {
      var list = element('select', {
        class: 'input', attributes: { id: id },
        on: { change: function () { form.edit(first.path, list.value); form.leave(); } }
      });
      var codes = null;
      return {
        node: list, input: list,
        update: function (field, value) {
          var wanted = JSON.stringify(field.choices);
          if (wanted !== codes) {
            codes = wanted;
            companion.empty(list);
            list.appendChild(element('option', { text: word(field.isRequired ? 'choose' : 'chooseOther'), attributes: { value: '' } }));
            field.choices.forEach(function (choice) {
              list.appendChild(element('option', { text: choice.title, attributes: { value: choice.code } }));
            });
          }
          var chosen = field.choices.filter(function (choice) { return isChosen(choice, value); })[0];
          var code = chosen ? chosen.code : '';
          if (list.value !== code) list.value = code;
        }
      };
    }

    function isChosen(choice, value) { return value !== '' && (choice.code === value || choice.title === value); }

    // MARK: - Suggestions

    function drawChips(field) {
      var value = control.input && field.kind !== 'choice' ? control.input.value : '';
      var isOpen = field.kind !== 'choice' && form.isOpen(field.path);
      var fitting = !isOpen ? [] : (field.suggestions || []).filter(function (text) {
        return text !== value && (form.valueOf(field) !== value || value === '' || !form.isEdited(field) || text.indexOf(value) >= 0);
      }).slice(0, maxSuggestions);
      companion.keyed(chips, fitting, function (text) { return text; }, function (text) {
        var chip = companion.button(text, 'chip', function () {
          control.input.value = text;
          form.edit(first.path, text);
          form.leave();
          drawChips(present);
        });
        // The field keeps the focus, so that nothing moves away under the finger.
        chip.addEventListener('mousedown', function (event) { event.preventDefault(); });
        return { node: chip };
      });
      companion.show(chips, fitting.length > 0);
    }

    return { node: node, update: update, focus: function () {
      node.scrollIntoView();
      if (control.input) control.input.focus();
    } };
  };
})(window.companion);
