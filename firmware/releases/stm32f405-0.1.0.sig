{
  "keyId" : "c19a5073a8a3d9eacc651ce46da767ccbaf90d15a300257004f7269ba7037923",
  "schema" : "weldtech.firmware-signature/1",
  "signature" : "Gi5xBNPAynzcc8RKiFJGMZE6Wn99DuzlXJBAboVedQqsfkw3a44S/Q/f7EvAe0ZUHoSlS35NGEcVwnsi/aXcAA=="
}
