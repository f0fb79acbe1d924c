{
  "keyId" : "1dd622256e686ab58c2e58e7e8a9428dbc90e103b9c4866931fd067dc47f221d",
  "schema" : "weldtech.firmware-signature/1",
  "signature" : "TicwvL76q/86HtJFA4oQiHown6hgUGwOaqFkm9upY4R7+Yv5lZdcupmu0dQ+Mxay+Fkw/ijS6ng19riOH6E+CA=="
}
