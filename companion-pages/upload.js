/* This part uploads photos to the laptop: it reads and hashes a file, sends it in pieces, and resumes after
   every interruption. */
(function (companion) {
  'use strict';

  var largestPiece = 524288;
  var smallestPiece = 32768;
  var largestFile = 64 * 1048576;
  var pieceBytes = largestPiece;

  // The uploads of this page in the order in which they were begun; only one is sent at a time.
  var jobs = [];
  var last = Promise.resolve();

  function Failure(word, text) {
    this.word = word;
    this.text = text;
  }

  /**
   * Returns the uploads of a shot, `{step, percent, failure}`. The step is queued, reading, uploading, away,
   * full, checking or failed.
   */
  companion.uploadsOf = function (shot) {
    return jobs.filter(function (job) { return job.shot === shot; });
  };

  companion.isUploading = function () {
    return jobs.some(function (job) { return job.step !== 'failed'; });
  };

  /** Returns whether this page itself sends that upload. */
  companion.isSending = function (upload) {
    return jobs.some(function (job) { return job.upload === upload && job.step !== 'failed'; });
  };

  /** Forgets the failures of a shot. */
  companion.forgetFailures = function (shot) {
    jobs = jobs.filter(function (job) { return job.shot !== shot || job.step !== 'failed'; });
  };

  /** Sends a file as a photo of that shot. */
  companion.upload = function (shot, file) {
    companion.forgetFailures(shot);
    var job = { shot: shot, file: file, step: 'queued', percent: 0, upload: null, failure: null };
    jobs.push(job);
    last = last.then(function () { return carry(job); });
    companion.draw();
  };

  function carry(job) {
    return read(job).then(function (sha256) {
      return deliver(job, sha256, 3);
    }).then(function () {
      step(job, 'checking', 100);
      // The queue continues while the laptop checks this photo.
      companion.attach(job.upload, job.shot).then(function (outcome) { settleWith(job, outcome); });
    }).catch(function (error) {
      fail(job, error instanceof Failure ? error : new Failure('cannotRead'));
    });
  }

  function settleWith(job, outcome) {
    if (outcome.isDone || companion.hasQuestion(job.shot, job.upload)) {
      jobs.splice(jobs.indexOf(job), 1);
      companion.draw();
    } else {
      fail(job, new Failure(null, outcome.message || companion.word('refused')));
    }
  }

  /**
   * Asks the laptop to attach a whole upload. The action has the same id after a reload of the page, so it is
   * done only once.
   */
  companion.attach = function (upload, shot) {
    return companion.act('photo', { upload: upload, shot: shot, accepts: [], reason: null }, attachID(upload));
  };

  companion.isAttaching = function (upload) { return companion.isActing(attachID(upload)); };

  function attachID(upload) { return 'photo-' + upload.replace(/[^A-Za-z0-9]/g, '-').slice(0, 56); }

  function step(job, name, percent) {
    if (job.step === name && job.percent === percent) return;
    job.step = name;
    job.percent = percent;
    companion.draw();
  }

  function fail(job, failure) {
    job.failure = failure.text || companion.word(failure.word);
    step(job, 'failed', 0);
  }

  // MARK: - Reading

  function bytesOf(file, start, end) {
    return new Promise(function (resolve, reject) {
      var reader = new FileReader();
      reader.onload = function () { resolve(new Uint8Array(reader.result)); };
      reader.onerror = function () { reject(new Failure('cannotRead')); };
      reader.readAsArrayBuffer(file.slice(start, end));
    });
  }

  /** Judges the file by its first bytes and computes its digest, a piece at a time, so that the page stays alive. */
  function read(job) {
    var file = job.file;
    if (file.size === 0) return Promise.reject(new Failure('emptyFile'));
    if (file.size > largestFile) return Promise.reject(new Failure('tooLarge'));
    step(job, 'reading', 0);
    var digest = new companion.SHA256();
    function go(place) {
      if (place >= file.size) return digest.hex();
      return bytesOf(file, place, place + largestPiece).then(function (bytes) {
        // A file that the phone moves away during the reading gives too few bytes.
        if (bytes.length !== Math.min(largestPiece, file.size - place)) throw new Failure('cannotRead');
        if (place === 0) judge(bytes, file.name || '');
        digest.add(bytes);
        step(job, 'reading', Math.round(100 * Math.min(place + bytes.length, file.size) / file.size));
        return go(place + bytes.length);
      });
    }
    return go(0);
  }

  function judge(bytes, name) {
    var isJPEG = bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
    var isPNG = bytes[0] === 0x89 && bytes[1] === 0x50 && bytes[2] === 0x4e && bytes[3] === 0x47;
    if (isJPEG || isPNG) return;
    var brand = String.fromCharCode.apply(null, bytes.subarray(4, 12));
    var isHEIC = /^ftyp(heic|heix|heim|heis|hevc|hevx|mif1|msf1|avif)$/.test(brand) || /\.hei[cf]$/i.test(name);
    throw new Failure(isHEIC ? 'heic' : 'notPicture');
  }

  // MARK: - Sending

  function deliver(job, sha256, attempts) {
    if (attempts === 0) return Promise.reject(new Failure('damaged'));
    return announce(job, sha256).then(function (offset) {
      return sendFrom(job, offset);
    }).then(function (isWhole) {
      return isWhole ? null : deliver(job, sha256, attempts - 1);
    });
  }

  function announce(job, sha256) {
    var modified = job.file.lastModified;
    var announcement = {
      shot: job.shot, bytes: job.file.size, sha256: sha256, modified: typeof modified === 'number' ? modified : null
    };
    return patiently(job, 'POST', 'uploads', { json: announcement }).then(function (answer) {
      if ((answer.status === 200 || answer.status === 201) && answer.body) {
        job.upload = String(answer.body.upload);
        return answer.body.offset;
      }
      if (answer.status === 413) throw new Failure('tooLarge');
      if (answer.status === 404) throw new Failure('ended');
      throw new Failure(answer.status === 409 ? 'tooMany' : 'refused');
    });
  }

  /**
   * Sends the bytes from that offset on. The result is true at the end, and false where the laptop has dropped
   * the upload.
   */
  function sendFrom(job, offset) {
    var path = 'uploads/' + encodeURIComponent(job.upload);
    var bytes = job.file.size;
    if (offset >= bytes) return true;
    step(job, 'uploading', Math.floor(100 * offset / bytes));
    return bytesOf(job.file, offset, Math.min(offset + pieceBytes, bytes)).then(function (piece) {
      return companion.request('PATCH', path, {
        bytes: piece, headers: { 'Upload-Offset': String(offset) }, seconds: 20,
        progress: function (sent) { step(job, 'uploading', Math.floor(100 * (offset + Math.min(sent, piece.length)) / bytes)); }
      });
    }).then(function (answer) {
      if (answer.status === 200 || answer.status === 409) {
        if (answer.status === 200) pieceBytes = Math.min(largestPiece, pieceBytes * 2);
        if (!answer.body || typeof answer.body.offset !== 'number') throw new Failure('refused');
        return sendFrom(job, answer.body.offset);
      }
      if (answer.status === 422 || answer.status === 404) return false;
      if (answer.status === 429 || answer.status >= 500) throw later(answer);
      throw new Failure('refused');
    }).catch(function (error) {
      if (error instanceof Failure) throw error;
      // The connection broke or was too slow for a piece of this size, so the page asks for the laptop's offset
      // and continues there with smaller pieces.
      pieceBytes = Math.max(smallestPiece, pieceBytes / 2);
      step(job, error.isFull ? 'full' : 'away', Math.floor(100 * offset / bytes));
      return companion.pause(700).then(function () {
        return patiently(job, 'GET', path);
      }).then(function (answer) {
        return answer.status === 200 && answer.body ? sendFrom(job, answer.body.offset) : false;
      });
    });
  }

  /**
   * Returns the error for an answer after which the same request is retried; `isFull` is true for a full disk
   * (507).
   */
  function later(answer) {
    var error = new Error('later');
    error.isFull = answer.status === 507;
    return error;
  }

  /** Sends a small request until the laptop gives an answer other than 429 or 5xx. */
  function patiently(job, method, path, options) {
    return companion.request(method, path, options).then(function (answer) {
      if (answer.status === 429 || answer.status >= 500) throw later(answer);
      return answer;
    }).catch(function (error) {
      step(job, error.isFull ? 'full' : 'away', job.percent);
      return companion.pause(1000).then(function () { return patiently(job, method, path, options); });
    });
  }
})(window.companion);
