import Records
import Terminal

/// A photo that the page asks for.
struct PhotoShot {
  /// The name of the shot in uploads and actions, of `a-z`, `0-9` and `-`.
  let id: String
  let stage: Photo.Stage
  let title: Text
  let hint: Text
  /// Whether the step needs this photo.
  let isNeeded: Bool

  private static let plateID = "after-plate"

  /// Whether the photo shows the plate on the welder, whose code can be read.
  var isPlate: Bool { id == Self.plateID }

  /// The shots of a stage. The record needs one photo of each stage, so that the first shot is needed and the
  /// others are optional.
  static func of(_ stage: Photo.Stage) -> [PhotoShot] {
    switch stage {
    case .before:
      [
        PhotoShot(
          id: "before-machine", stage: stage, title: Text(zh: "整机", en: "whole machine"),
          hint: Text(zh: "站远一点，整台焊机都在画面里", en: "stand back so that all of the welder is in the picture"),
          isNeeded: true),
        PhotoShot(
          id: "before-nameplate", stage: stage, title: Text(zh: "铭牌", en: "nameplate"),
          hint: Text(zh: "靠近拍，字要看得清", en: "close, with the letters legible"), isNeeded: false),
        PhotoShot(
          id: "before-wiring", stage: stage, title: Text(zh: "接线", en: "wiring"),
          hint: Text(zh: "拍电源进线和接线端子", en: "the supply cable and its terminals"), isNeeded: false),
      ]
    case .after:
      [
        PhotoShot(
          id: "after-module", stage: stage, title: Text(zh: "模块", en: "module"),
          hint: Text(zh: "拍装好的模块和接线", en: "the module in its place, with its wiring"), isNeeded: true),
        PhotoShot(
          id: "after-seal", stage: stage, title: Text(zh: "封条", en: "seal"),
          hint: Text(zh: "封条编号要看得清", en: "with the seal's number legible"), isNeeded: false),
        plate(isNeeded: false),
      ]
    case .authority: [authority]
    case .seal, .found: []
    }
  }

  /// The shot of the plate on the welder.
  static func plate(isNeeded: Bool) -> PhotoShot {
    PhotoShot(
      id: plateID, stage: .after, title: Text(zh: "标牌", en: "plate"),
      hint: Text(zh: "拍焊机上的二维码标牌，二维码要完整", en: "the plate on the welder, with the whole of its symbol"),
      isNeeded: isNeeded)
  }

  /// The shot of the paper by which the unit authorised the person who signs for it.
  static let authority = PhotoShot(
    id: "authority", stage: .authority, title: Text(zh: "授权书", en: "authority"),
    hint: Text(zh: "拍授权委托书，字和公章要看得清", en: "the letter of authority, with letters and stamp legible"),
    isNeeded: true)
}
