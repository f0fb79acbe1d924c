/* This part shows the card of one photo that the laptop asks for: its title, the photos taken, their progress,
   and the question. */
(function (companion) {
  'use strict';

  var element = companion.element, word = companion.word;

  /** Makes the card; its `update(shot)` adapts the card to the laptop's state. */
  companion.shotCard = function (first) {
    var id = first.id;
    var title = element('h2', { class: 'card-title' });
    var mark = element('span', { class: 'mark' });
    var hint = element('p', { class: 'hint' });
    var photos = element('div', { class: 'thumbnails' });
    var progress = element('div', { class: 'uploads', attributes: { 'aria-live': 'polite' } });
    var question = element('div', {});
    var camera = chooser('main', true);
    var album = chooser('', false);
    var choosers = element('div', { class: 'buttons' }, [camera.node, album.node]);
    var node = element('section', { class: 'card', attributes: { 'data-shot': id } }, [
      element('div', { class: 'card-head' }, [title, mark]), hint, photos, progress, question, choosers
    ]);

    /**
     * Makes a button that opens the camera or the album. The page has one for each, because web views differ in
     * what they open.
     */
    function chooser(className, isCamera) {
      var input = element('input', {
        class: 'file', attributes: { type: 'file', accept: 'image/jpeg,image/*', capture: isCamera ? 'environment' : null },
        on: {
          change: function () {
            var file = input.files && input.files[0];
            // The same file can be chosen again only when the input is empty.
            if (file) companion.upload(id, file);
            input.value = '';
          }
        }
      });
      var text = element('span', {});
      return { node: element('label', { class: 'button ' + className }, [text, input]), text: text, input: input };
    }

    function update(shot) {
      var count = shot.photos.length;
      companion.setText(title, shot.title);
      companion.setText(mark, count > 0 ? word('taken', { n: count }) : word(shot.isNeeded ? 'needed' : 'optional'));
      mark.className = 'mark ' + (count > 0 ? 'done' : shot.isNeeded ? 'needed' : '');
      companion.setText(hint, shot.hint);
      companion.show(hint, Boolean(shot.hint));
      companion.keyed(photos, shot.photos, function (photo) { return photo.name; }, function (photo) {
        var description = word('photoFrom', { title: shot.title, time: photo.takenAt });
        var caption = element('span', { class: 'caption', text: photo.takenAt });
        return {
          node: element('div', { class: 'taken' }, [companion.thumbnail(photo.name, description), caption]),
          update: function (item) { companion.setText(caption, item.takenAt); }
        };
      });
      companion.show(photos, count > 0);
      drawProgress(shot);
      drawQuestion(shot);
      companion.setText(camera.text, word(count > 0 ? 'takeAgain' : 'takePhoto'));
      companion.setText(album.text, word('fromAlbum'));
      companion.setClass(camera.node, 'main', count === 0);
      companion.show(choosers, !shot.question);
    }

    // MARK: - Progress

    function drawProgress(shot) {
      var own = companion.uploadsOf(id);
      var lines = own.map(function (job, index) {
        return { key: 'own' + index, text: stepText(job), percent: job.step === 'failed' ? null : job.percent, isError: job.step === 'failed' };
      });
      if (own.length === 0) {
        companion.uploadsOnLaptop(id).forEach(function (upload) {
          if (shot.question && shot.question.upload === upload.upload) return;
          var percent = Math.floor(100 * upload.offset / Math.max(1, upload.bytes));
          var isWhole = upload.offset >= upload.bytes;
          lines.push({
            key: upload.upload, percent: percent, isError: false,
            text: isWhole ? word('checking') : word(upload.isMoving ? 'receiving' : 'notWhole', { n: percent })
          });
        });
      }
      companion.keyed(progress, lines, function (line) { return line.key; }, function () {
        var text = element('p', {});
        var bar = companion.progressBar();
        return {
          node: element('div', { class: 'upload' }, [text, bar.node]),
          update: function (line) {
            companion.setText(text, line.text);
            text.className = line.isError ? 'problem' : '';
            companion.show(bar.node, line.percent !== null);
            bar.set(line.percent === null ? 0 : line.percent / 100);
          }
        };
      });
      companion.show(progress, lines.length > 0);
    }

    function stepText(job) {
      if (job.step === 'failed') return job.failure;
      if (job.step === 'reading') return word('reading', { n: job.percent });
      if (job.step === 'uploading') return word('uploading', { n: job.percent });
      if (job.step === 'away') return word('waitingForLaptop', { n: job.percent });
      if (job.step === 'full') return word('diskFull');
      return word(job.step === 'checking' ? 'checking' : 'queued');
    }

    // MARK: - The laptop's question

    var shown = null;

    function drawQuestion(shot) {
      var asked = shot.question;
      var key = asked ? asked.upload + ' ' + asked.code : null;
      if (key === shown) return;
      shown = key;
      companion.empty(question);
      if (asked) question.appendChild(companion.questionBox(shot, asked));
    }

    return { node: node, update: update };
  };

  /** Makes the box with the laptop's question about an upload, and buttons for yes and no. */
  companion.questionBox = function (shot, asked) {
    var problem = element('p', { class: 'problem', attributes: { role: 'alert', hidden: true } });
    var reason = asked.needsReason
      ? element('textarea', { class: 'input', attributes: { rows: 2, maxlength: 400, 'aria-label': word('reason'), placeholder: word('reason') } }) : null;
    var yes = companion.button(word('useThis'), '', function () {
      var text = reason ? reason.value.trim() : null;
      if (reason && !text) {
        say(word('reasonNeeded'));
        reason.focus();
        return;
      }
      var accepted = accept(asked.upload, asked.code);
      send('photo', { upload: asked.upload, shot: shot.id, accepts: accepted, reason: text });
    });
    var no = companion.button(word('retake'), 'main', function () { send('retake', { shot: shot.id }); });

    function send(kind, members) {
      yes.disabled = no.disabled = true;
      companion.act(kind, members).then(function (outcome) {
        yes.disabled = no.disabled = false;
        if (!outcome.isDone && outcome.message) say(outcome.message);
        companion.draw();
      });
    }

    function say(text) {
      companion.setText(problem, text);
      companion.show(problem, true);
    }

    return element('div', { class: 'question' }, [
      element('p', { class: 'question-text', text: asked.text }),
      asked.picture ? element('div', { class: 'taken' }, [
        companion.thumbnail(asked.picture, word('similar')), element('span', { class: 'caption', text: word('similar') })
      ]) : null,
      reason, problem, element('div', { class: 'buttons' }, [no, yes])
    ]);
  };

  /**
   * Stores that this question about an upload was answered with yes, and returns the codes of all such
   * questions.
   */
  function accept(upload, code) {
    var accepted = companion.kept('accepted') || {};
    var codes = Array.isArray(accepted[upload]) ? accepted[upload].slice() : [];
    if (codes.indexOf(code) < 0) codes.push(code);
    // Only the answers for this upload are kept; those for earlier uploads are dropped.
    var next = {};
    next[upload] = codes;
    companion.keep('accepted', next);
    return codes;
  }

  /** Returns whether the laptop has a question about that upload. */
  companion.hasQuestion = function (shot, upload) {
    return companion.shots().some(function (one) {
      return one.id === shot && one.question && one.question.upload === upload;
    });
  };

  // MARK: - Uploads that the laptop has

  // By the name of an upload: its last offset, and the time in milliseconds at which the offset changed, 0 for
  // never.
  var seen = {};

  /**
   * Returns the uploads of a shot that this page does not send: those of an earlier load of the page, or of
   * another phone.
   */
  companion.uploadsOnLaptop = function (shot) {
    var uploads = (companion.state && companion.state.uploads) || [];
    return uploads.filter(function (upload) {
      return upload.shot === shot && !companion.isSending(upload.upload);
    }).map(function (upload) {
      var before = seen[upload.upload];
      var isNew = !before;
      if (isNew || before.offset !== upload.offset) {
        seen[upload.upload] = { offset: upload.offset, at: isNew ? 0 : Date.now() };
      }
      return {
        upload: upload.upload, offset: upload.offset, bytes: upload.bytes,
        isMoving: Date.now() - seen[upload.upload].at < 8000
      };
    });
  };

  /**
   * Attaches, once each, the whole uploads that this page does not send and about which the laptop has no
   * question.
   */
  companion.attachArrived = function () {
    companion.shots().forEach(function (shot) {
      companion.uploadsOnLaptop(shot.id).forEach(function (upload) {
        var isAsked = shot.question && shot.question.upload === upload.upload;
        if (upload.offset < upload.bytes || isAsked || tried[upload.upload]) return;
        tried[upload.upload] = true;
        companion.attach(upload.upload, shot.id);
      });
    });
  };

  var tried = {};

  /** Returns the shots of the present view. */
  companion.shots = function () {
    var view = companion.state && companion.state.view;
    if (!view) return [];
    if (view.kind === 'photos') return view.shots;
    return view.kind === 'sign' && view.authority ? [view.authority] : [];
  };

  companion.progressBar = function () {
    var filled = element('div', { class: 'progress-filled' });
    var node = element('div', { class: 'progress', attributes: { role: 'progressbar', 'aria-valuemin': 0, 'aria-valuemax': 100 } }, [filled]);
    return {
      node: node,
      /** Shows the progress as a fraction from 0 to 1; null is unknown progress. */
      set: function (fraction) {
        companion.setClass(node, 'unknown', fraction === null);
        filled.style.width = fraction === null ? '' : Math.round(1000 * Math.max(0, Math.min(1, fraction))) / 10 + '%';
        if (fraction === null) node.removeAttribute('aria-valuenow');
        else node.setAttribute('aria-valuenow', Math.round(100 * fraction));
      }
    };
  };
})(window.companion);
