/* This part runs the page: it polls the laptop's state, shows it, and continues after every interruption. */
(function (companion) {
  'use strict';

  var element = companion.element, word = companion.word;

  var interval = 700;
  // The page says that the laptop is away when it has not answered for this long, milliseconds.
  var patience = 2500;

  companion.state = null;

  var root = document.getElementById('page');
  var frame = null;
  var shown = { kind: null, view: null };
  var timer = null;
  var isAsking = false;
  var isAskedAgain = false;
  var lastText = null;
  var lastHeard = Date.now();
  var isAway = false;
  var isEnded = false;

  // MARK: - Asking

  function ask() {
    clearTimeout(timer);
    if (isAsking) { isAskedAgain = true; return; }
    isAsking = true;
    companion.request('GET', 'state', { seconds: 5 }).then(function (answer) {
      isAsking = false;
      lastHeard = Date.now();
      isAway = false;
      // The laptop responds to the address of an ended task as to an unknown address.
      isEnded = answer.status === 404 || answer.status === 403;
      if (answer.status === 200 && answer.body && answer.body.view) take(answer.body, answer.text);
      else draw();
      askLater();
    }, function () {
      isAsking = false;
      isAway = Date.now() - lastHeard >= patience;
      draw();
      askLater();
    });
  }

  function askLater() {
    clearTimeout(timer);
    if (document.hidden) return;
    timer = setTimeout(ask, isAskedAgain ? 50 : isEnded ? 5 * interval : interval);
    isAskedAgain = false;
  }

  /** Asks for the state at once, as after an action. */
  companion.askSoon = function () {
    if (isAsking) isAskedAgain = true;
    else ask();
  };

  function take(state, text) {
    var isFirst = companion.state === null;
    companion.state = state;
    if (isFirst) companion.takeKept(state.kept);
    companion.takeOutcomes(state);
    if (text === lastText && frame) {
      drawFrame();
      // The view shows whether another phone's upload still advances, which depends on the time as well as on
      // the state.
      if ((state.uploads || []).length > 0) drawView();
      return;
    }
    lastText = text;
    draw();
  }

  // MARK: - Drawing

  /** Updates the page to the state and to the data of its parts. */
  function draw() {
    if (!companion.state) {
      drawConnecting();
      return;
    }
    drawFrame();
    drawView();
  }

  companion.draw = draw;

  function drawConnecting() {
    var banner = document.getElementById('connecting');
    if (!banner) return;
    companion.setText(banner, isEnded ? word('ended') : isAway ? word('away') : banner.textContent);
    companion.setClass(banner, 'error', isAway || isEnded);
  }

  function makeFrame() {
    companion.empty(root);
    frame = {
      banner: element('p', { class: 'banner error', attributes: { role: 'alert', hidden: true } }),
      title: element('h1', {}), subject: element('p', { class: 'subject' }),
      busy: element('section', { class: 'busy', attributes: { hidden: true, 'aria-live': 'polite' } }),
      busyText: element('p', {}), busyBar: companion.progressBar(),
      notices: element('div', { attributes: { 'aria-live': 'polite' } }),
      view: element('main', {}), honest: element('p', { class: 'honest' })
    };
    frame.busy.appendChild(frame.busyText);
    frame.busy.appendChild(frame.busyBar.node);
    [frame.banner, element('header', {}, [frame.title, frame.subject, frame.honest]), frame.busy, frame.notices, frame.view]
      .forEach(function (part) { root.appendChild(part); });
  }

  function drawFrame() {
    var state = companion.state;
    var language = state.language === 'en' ? 'en' : 'zh';
    if (!frame || companion.language !== language) {
      companion.language = language;
      document.documentElement.lang = language === 'en' ? 'en' : 'zh-CN';
      makeFrame();
      if (shown.view && shown.view.leave) shown.view.leave();
      // An open picture would hide the new view.
      if (companion.closeView) companion.closeView();
      shown = { kind: null, view: null };
    }
    var isAtEnd = state.view.kind === 'done';
    document.title = state.title;
    companion.setText(frame.title, state.title);
    companion.setText(frame.subject, state.subject);
    companion.show(frame.subject, Boolean(state.subject));
    companion.setText(frame.banner, isEnded ? word(isAtEnd ? 'endedDone' : 'ended') : isAway ? word(isAtEnd ? 'endedDone' : 'away') : '');
    companion.show(frame.banner, isEnded || isAway);
    companion.setClass(frame.banner, 'error', !isAtEnd);
    companion.show(frame.busy, Boolean(state.busy));
    if (state.busy) {
      companion.setText(frame.busyText, state.busy.text || word('busy'));
      frame.busyBar.set(typeof state.busy.fraction === 'number' ? state.busy.fraction : null);
    }
    companion.keyed(frame.notices, state.notices || [], function (notice) { return notice.kind + ' ' + notice.text; }, function (notice) {
      var kind = ['warning', 'error'].indexOf(notice.kind) >= 0 ? notice.kind : 'info';
      return { node: element('p', { class: 'notice ' + kind, text: notice.text }) };
    });
    companion.setText(frame.honest, word('readAlong'));
  }

  function drawView() {
    var view = companion.state.view;
    var kind = companion.views[view.kind] ? view.kind : 'wait';
    if (shown.kind !== kind) {
      if (shown.view && shown.view.leave) shown.view.leave();
      companion.empty(frame.view);
      shown = { kind: kind, view: companion.views[kind]() };
      frame.view.appendChild(shown.view.node);
      if (lastKind !== null) window.scrollTo(0, 0);
      lastKind = kind;
    }
    shown.view.update(view.kind === kind ? view : { kind: 'wait', text: companion.state.title });
  }

  var lastKind = null;

  // MARK: - The phone's life

  function wake() {
    lastHeard = Date.now();
    ask();
  }

  document.addEventListener('visibilitychange', function () {
    if (document.hidden) {
      // The phone may drop a page that is hidden, so the page sends its values now.
      if (shown.view && shown.view.leave && shown.kind === 'form') shown.view.leave();
      companion.keepNow();
    } else {
      wake();
    }
  });
  ['focusin', 'focusout'].forEach(function (name) {
    document.addEventListener(name, function (event) {
      var isInput = Boolean(event.target.classList && event.target.classList.contains('input'));
      companion.setClass(document.body, 'is-typing', name === 'focusin' && isInput);
    });
  });
  window.addEventListener('online', wake);
  window.addEventListener('pageshow', wake);
  ['scroll', 'resize', 'orientationchange'].forEach(function (name) {
    window.addEventListener(name, function () { if (shown.view && shown.view.moved) shown.view.moved(); });
  });
  ask();
})(window.companion);
