{
  "keyId" : "1b713081a2a274aebc1b52f1929c473b2d1fa0439c7b79cfec73c7e09e73db09",
  "schema" : "weldtech.firmware-signature/1",
  "signature" : "qn7ZUHK5gdU0QEuQFU/lRyoDePKan894hyb/V6Z/Q+dU0BMLhW+H6f3Ubsaw/CBIc+L5qQEtS9DDZL5JZsSAAw=="
}
