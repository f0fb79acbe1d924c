{
  "keyId" : "781bbe2fb8a560002b7e97990703e79e11d0a1b9e052c2c88f698ef0310fa354",
  "schema" : "weldtech.firmware-signature/1",
  "signature" : "qjPHOgc1c5EC78wZDSYe/c7qvh9bMeetZpabm+S1inP4/gBSksWf21o2BV3z21t6bTSDvsBPAF24prfwcm3BDQ=="
}
