{
  "keyId" : "dc52684bf60dd96acbf297095b35a9626d333cfa2dabd080cf09100b97696f8a",
  "schema" : "weldtech.firmware-signature/1",
  "signature" : "kO47mTb0VtpsrjXvZSahfTHLezDpPP2KcfuTYev2R4458wnU+fhihu8e4l7BxpYiiiRpCR7Ibl9+we3D4EACDw=="
}
