{
  "keyId" : "6d6a59acfd50275456dc8e3391afb09303470b9669cb9f334ce84a637c655a4e",
  "schema" : "weldtech.firmware-signature/1",
  "signature" : "g/OAZL9IjRoOJHTB3nEco/+3YbuAz2GSeRSjjFG2IitwDKZue//lyywIccfpTUECbtfD7T+cJd+utc9PVb2gBQ=="
}
