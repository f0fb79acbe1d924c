{
  "keyId" : "9e120bfccacd1af7822866bb34eed3884ae2c8734d3974a70d1a1cd72c9dcf2f",
  "schema" : "weldtech.firmware-signature/1",
  "signature" : "IgqKtyS6gTIoma3UMrk+9BFejjKGgOfLpRGNwZbwdVtDtKMJCm8GGWj/Mqg/ujAeC0drVOGRMBm186/EsTdZCQ=="
}
