{
  "keyId" : "30a2ba28a520f202c2d7bbefe5b3e24e3d1764e7e292429b019480c33b29fa2d",
  "schema" : "weldtech.firmware-signature/1",
  "signature" : "6uhCCifJxw56XDME+IKftdTxPQfKgyKqWO1iiJLhCPUE/VZQdHaeodJvFPNw3tZ5FbYRsyiLkfmICooLMC/wDw=="
}
