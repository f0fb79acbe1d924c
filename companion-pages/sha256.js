/* This part computes SHA-256 (FIPS 180-4) piece by piece, because a page over plain HTTP has no
   `crypto.subtle`. */
(function (companion) {
  'use strict';

  // The constants are the first 32 bits of the fractional parts of the cube roots of the first 64 primes; the
  // initial values are those of the square roots of the first 8 primes.
  var constants = new Int32Array(64);
  var initial = new Int32Array(8);
  (function () {
    var primes = [];
    for (var number = 2; primes.length < 64; number++) {
      if (primes.every(function (prime) { return number % prime !== 0; })) primes.push(number);
    }
    function fraction(root) { return ((root - Math.floor(root)) * 4294967296) | 0; }
    primes.forEach(function (prime, index) {
      constants[index] = fraction(Math.pow(prime, 1 / 3));
      if (index < 8) initial[index] = fraction(Math.sqrt(prime));
    });
  })();

  function SHA256() {
    this.hash = new Int32Array(initial);
    this.schedule = new Int32Array(64);
    this.block = new Uint8Array(64);
    this.used = 0;
    this.length = 0;
  }

  /** Adds bytes (a Uint8Array) to the hashed data. */
  SHA256.prototype.add = function (bytes) {
    var place = 0;
    this.length += bytes.length;
    if (this.used > 0) {
      var taken = Math.min(64 - this.used, bytes.length);
      this.block.set(bytes.subarray(0, taken), this.used);
      this.used += taken;
      place = taken;
      if (this.used < 64) return;
      this.compress(this.block, 0);
      this.used = 0;
    }
    for (; place + 64 <= bytes.length; place += 64) this.compress(bytes, place);
    if (place < bytes.length) {
      this.block.set(bytes.subarray(place), 0);
      this.used = bytes.length - place;
    }
  };

  SHA256.prototype.compress = function (bytes, start) {
    var w = this.schedule;
    var k = constants;
    var hash = this.hash;
    var index, x, y;
    for (index = 0; index < 16; index++, start += 4) {
      w[index] = (bytes[start] << 24) | (bytes[start + 1] << 16) | (bytes[start + 2] << 8) | bytes[start + 3];
    }
    for (; index < 64; index++) {
      x = w[index - 15];
      y = w[index - 2];
      w[index] = (w[index - 16] + w[index - 7]
        + (((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3))
        + (((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10))) | 0;
    }
    var a = hash[0], b = hash[1], c = hash[2], d = hash[3], e = hash[4], f = hash[5], g = hash[6], h = hash[7];
    for (index = 0; index < 64; index++) {
      x = (h + (((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7)))
        + ((e & f) ^ (~e & g)) + k[index] + w[index]) | 0;
      y = ((((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10)))
        + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + x) | 0;
      d = c; c = b; b = a; a = (x + y) | 0;
    }
    hash[0] = (hash[0] + a) | 0; hash[1] = (hash[1] + b) | 0; hash[2] = (hash[2] + c) | 0; hash[3] = (hash[3] + d) | 0;
    hash[4] = (hash[4] + e) | 0; hash[5] = (hash[5] + f) | 0; hash[6] = (hash[6] + g) | 0; hash[7] = (hash[7] + h) | 0;
  };

  /** Ends the computation and returns the digest in lower-case hex. */
  SHA256.prototype.hex = function () {
    var bits = this.length;
    var tail = new Uint8Array(this.used < 56 ? 64 - this.used : 128 - this.used);
    tail[0] = 0x80;
    var view = new DataView(tail.buffer);
    view.setUint32(tail.length - 8, Math.floor(bits / 536870912));
    view.setUint32(tail.length - 4, (bits << 3) >>> 0);
    this.add(tail);
    var text = '';
    for (var index = 0; index < 8; index++) text += ('00000000' + (this.hash[index] >>> 0).toString(16)).slice(-8);
    return text;
  };

  companion.SHA256 = SHA256;
})(window.companion);
