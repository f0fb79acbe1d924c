{
  "keyId" : "0851266137aad5c447947769843e7977127611b4eca03361a993f56408fdd3e1",
  "schema" : "weldtech.firmware-signature/1",
  "signature" : "aVHXc6/lA1PCoaLIu6yIBw6h6+rQlW+0pDT/J6DzCiKYfWMLoJpArmLZTmxWgM1IBV1Ty4hzTAWGz7iIyNCuDg=="
}
