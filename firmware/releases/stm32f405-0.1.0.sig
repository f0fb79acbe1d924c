{
  "keyId" : "5423cc1546c4c06ad6679dbd4422fadb9114b37cee182136ad780b8ac473648b",
  "schema" : "weldtech.firmware-signature/1",
  "signature" : "4pcjOu5vjKcz+HbWPEk3M71u21/54Lx5wGTWL28f6YWdWJWAKyg/Xzz7Uqso1QC6lReE4KRCCiKW7tI2sAAdCw=="
}
