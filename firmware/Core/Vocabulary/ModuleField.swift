/// The keys of the maps that commands carry.
public enum ModuleField {
  // The keys of an identity.
  public static var serialNumber: StaticString { "sn" }
  public static var chip: StaticString { "chip" }
  public static var uniqueID: StaticString { "uid" }
  public static var firmwareVersion: StaticString { "fw" }
  public static var imageDigest: StaticString { "sha" }
  public static var imei: StaticString { "imei" }
  public static var iccid: StaticString { "iccid" }
  public static var state: StaticString { "state" }
  public static var keyID: StaticString { "kid" }
  public static var pendingKeyID: StaticString { "pkid" }
  public static var installation: StaticString { "inst" }
  public static var boots: StaticString { "boots" }
  public static var sealOpenings: StaticString { "seals" }
  public static var serviceReplacements: StaticString { "svc" }
  public static var provenReplacements: StaticString { "rep" }
  public static var oldKeyID: StaticString { "okid" }
  public static var visitBoots: StaticString { "vboots" }
  public static var visitSealOpenings: StaticString { "vseals" }
  public static var watchdogResets: StaticString { "wdog" }
  public static var provenUpdates: StaticString { "upd" }
  public static var serviceUpdates: StaticString { "usvc" }
  public static var provenEntries: StaticString { "rom" }
  public static var serviceEntries: StaticString { "rsvc" }

  // The keys of pairing, configuration and control.
  public static var key: StaticString { "key" }
  public static var challenge: StaticString { "ch" }
  public static var authenticationCode: StaticString { "mac" }
  public static var proof: StaticString { "proof" }
  public static var labelCode: StaticString { "code" }
  public static var platformAddress: StaticString { "url" }
  public static var accessPoint: StaticString { "apn" }
  public static var trustAnchor: StaticString { "trust" }
  public static var counter: StaticString { "ctr" }
  public static var seconds: StaticString { "sec" }
  public static var time: StaticString { "time" }

  // The keys of an authority.
  public static var purpose: StaticString { "for" }
  public static var offeredVersion: StaticString { "ver" }

  // The keys of readings.
  public static var millivolts: StaticString { "mv" }
  public static var milliamperes: StaticString { "ma" }
  public static var relay: StaticString { "relay" }
  public static var feedback: StaticString { "fb" }
  public static var seal: StaticString { "seal" }
  public static var fix: StaticString { "fix" }
  public static var latitude: StaticString { "lat" }
  public static var longitude: StaticString { "lon" }
  public static var satellites: StaticString { "sats" }
  public static var simCard: StaticString { "sim" }
  public static var registered: StaticString { "reg" }
  public static var signalStrength: StaticString { "rssi" }

  // The keys of groups 0 and 1, and of errors.
  public static var echoRequest: StaticString { "d" }
  public static var echoReply: StaticString { "r" }
  public static var bootMode: StaticString { "boot_mode" }
  public static var bufferSize: StaticString { "buf_size" }
  public static var bufferCount: StaticString { "buf_count" }
  public static var images: StaticString { "images" }
  public static var slot: StaticString { "slot" }
  public static var version: StaticString { "version" }
  public static var hash: StaticString { "hash" }
  public static var bootable: StaticString { "bootable" }
  public static var pending: StaticString { "pending" }
  public static var confirmed: StaticString { "confirmed" }
  public static var active: StaticString { "active" }
  public static var confirm: StaticString { "confirm" }
  public static var image: StaticString { "image" }
  public static var offset: StaticString { "off" }
  public static var length: StaticString { "len" }
  public static var data: StaticString { "data" }
  public static var upgrade: StaticString { "upgrade" }
  public static var match: StaticString { "match" }
  public static var returnCode: StaticString { "rc" }
  public static var error: StaticString { "err" }
  public static var group: StaticString { "group" }
}
