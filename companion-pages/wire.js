/* This part sends requests to the laptop: the page's kept values, and actions with their outcomes. */
(function (companion) {
  'use strict';

  /**
   * Sends a request. The promise gives `{status, body, text}`, where `body` is the JSON of the answer or null
   * and `text` is the answer as it came. The promise fails where the laptop cannot be reached.
   * `options` may have `json` or `bytes` as the body, `headers`, the timeout in `seconds` (8 by default), and
   * `progress`, a function that gets the number of bytes sent.
   */
  companion.request = function (method, path, options) {
    var given = options || {};
    return new Promise(function (resolve, reject) {
      var request = new XMLHttpRequest();
      request.open(method, path);
      request.timeout = (given.seconds || 8) * 1000;
      Object.keys(given.headers || {}).forEach(function (name) { request.setRequestHeader(name, given.headers[name]); });
      request.onload = function () {
        var body = null;
        try { body = JSON.parse(request.responseText); } catch (error) { body = null; }
        resolve({ status: request.status, body: body, text: request.responseText });
      };
      request.onerror = request.ontimeout = request.onabort = function () { reject(new Error('away')); };
      if (given.progress && request.upload) {
        request.upload.onprogress = function (event) { given.progress(event.loaded); };
      }
      if (given.json !== undefined) {
        request.setRequestHeader('Content-Type', 'application/json');
        request.send(JSON.stringify(given.json));
      } else if (given.bytes) {
        request.setRequestHeader('Content-Type', 'application/octet-stream');
        request.send(given.bytes);
      } else {
        request.send();
      }
    });
  };

  /** Waits, and ends the wait early where the phone reports that it is in a network again. */
  companion.pause = function (milliseconds) {
    return new Promise(function (resolve) {
      var timer = setTimeout(finish, milliseconds);
      window.addEventListener('online', finish);
      function finish() {
        clearTimeout(timer);
        window.removeEventListener('online', finish);
        resolve();
      }
    });
  };

  companion.randomID = function () {
    var bytes = new Uint8Array(12);
    window.crypto.getRandomValues(bytes);
    return Array.prototype.map.call(bytes, function (byte) { return (byte < 16 ? '0' : '') + byte.toString(16); }).join('');
  };

  // MARK: - Actions

  // The actions whose outcome the state has not shown yet, by their ids.
  var waiting = {};
  // The time for which the laptop may be reachable, idle and silent before the page stops waiting for an
  // outcome, milliseconds.
  var patience = 40000;
  // The time after which an action without outcome is sent again under the same id, milliseconds. A program
  // that was killed on the laptop has lost the first one.
  var resendAfter = 5000;

  /**
   * Sends an action until the laptop accepts it, and waits for its outcome. The promise always
   * gives an outcome and never fails.
   * Without `id` the action gets a new one; a page that is loaded again uses the same id for the same thing, so that the laptop
   * does it once.
   */
  companion.act = function (kind, members, id) {
    var action = { id: id || companion.randomID(), kind: kind };
    Object.keys(members || {}).forEach(function (name) { action[name] = members[name]; });
    var entry = waiting[action.id];
    if (entry) return entry.promise;
    entry = { since: null, action: action };
    entry.promise = new Promise(function (resolve) { entry.resolve = resolve; });
    waiting[action.id] = entry;
    send(action, entry);
    return entry.promise;
  };

  companion.isActing = function (id) { return Boolean(waiting[id]); };

  function send(action, entry) {
    companion.request('POST', 'actions', { json: action, seconds: 30 }).then(function (answer) {
      if (answer.status === 202) {
        if (!entry.since) entry.since = Date.now();
        entry.sentAt = Date.now();
        companion.askSoon();
      } else if (answer.status === 429 || answer.status >= 500) {
        companion.pause(1500).then(function () { send(action, entry); });
      } else {
        finish(action.id, { id: action.id, isDone: false, message: companion.word(answer.status === 404 ? 'ended' : 'refused') });
      }
    }, function () {
      companion.pause(1500).then(function () { send(action, entry); });
    });
  }

  function finish(id, outcome) {
    var entry = waiting[id];
    if (!entry) return;
    delete waiting[id];
    entry.resolve(outcome);
  }

  /**
   * Resolves the waiting actions by the outcomes of a new state, and retries or fails actions without an
   * outcome for too long.
   */
  companion.takeOutcomes = function (state) {
    (state.outcomes || []).forEach(function (outcome) { finish(outcome.id, outcome); });
    Object.keys(waiting).forEach(function (id) {
      var entry = waiting[id];
      if (!entry.since) return;
      if (state.busy) entry.since = Date.now();
      if (Date.now() - entry.since > patience) {
        finish(id, { id: id, isDone: false, message: companion.word('noAnswer') });
      } else if (entry.sentAt && Date.now() - entry.sentAt > resendAfter) {
        entry.sentAt = null;
        send(entry.action, entry);
      }
    });
  };

  // MARK: - What is kept

  var kept = {};
  var isKeptChanged = false;
  var isKeeping = false;
  var keepTimer = null;

  /**
   * Returns the value that is kept under that name, also by an earlier load of the page; undefined where there
   * is none.
   */
  companion.kept = function (name) { return kept[name]; };

  /** Keeps a value on the laptop, so that the page still has it after a reload; null removes the value. */
  companion.keep = function (name, value) {
    if (JSON.stringify(kept[name]) === JSON.stringify(value)) return;
    if (value === undefined || value === null) delete kept[name];
    else kept[name] = JSON.parse(JSON.stringify(value));
    isKeptChanged = true;
    clearTimeout(keepTimer);
    keepTimer = setTimeout(companion.keepNow, 300);
  };

  companion.keepNow = function () {
    clearTimeout(keepTimer);
    if (!isKeptChanged || isKeeping) return;
    isKeptChanged = false;
    isKeeping = true;
    companion.request('PUT', 'kept', { json: kept }).then(function (answer) {
      isKeeping = false;
      // Values that the laptop could not take now are sent again; refused values are not, because the laptop
      // would refuse them again.
      if (answer.status === 429 || answer.status >= 500) again();
      else if (isKeptChanged) companion.keepNow();
    }, function () {
      isKeeping = false;
      again();
    });
    function again() {
      isKeptChanged = true;
      clearTimeout(keepTimer);
      keepTimer = setTimeout(companion.keepNow, 1500);
    }
  };

  /** Takes the values that the laptop has kept, unless this page has changed them. */
  companion.takeKept = function (value) {
    if (!isKeptChanged && !isKeeping && value && typeof value === 'object') kept = JSON.parse(JSON.stringify(value));
  };
})(window.companion);
