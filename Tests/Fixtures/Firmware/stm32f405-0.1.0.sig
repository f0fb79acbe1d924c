{
  "keyId" : "21e8ea4416e8055fb813559a494f9cf6c5e5072c52e0da110cd08a5902f4abff",
  "schema" : "weldtech.firmware-signature/1",
  "signature" : "gKeHGY8qz6tWR5X8xFde784BFiLOPu4oKwaxfw9arW1mL+tCgmY8Av5v7Dbkcs0RB0YQnuwVlv4f67slg+kNCg=="
}
