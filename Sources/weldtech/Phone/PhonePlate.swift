import Companion
import Records
import Terminal

/// Confirms the plate from stock on the welder by a phone's photo, whose code is read and compared with the
/// record's.
enum PhonePlate {
  /// Serves the shot of the plate until a photo of the right plate is attached.
  /// - Returns: the label, with what was noticed on the photo.
  /// - Throws: `Cancelled`.
  static func serve(
    _ installation: LockedInstallation, _ request: Walk.LabelRequest, _ walk: Walk, on task: PhoneTask,
    taskName: String
  ) throws -> Walk.LabelOutcome {
    try walk.require(.label, of: installation)
    let photos = PhonePhotos(
      walk, installation, task, taskName: taskName, shots: [PhotoShot.plate(isNeeded: true)],
      reason: request.photoReason)
    var confirmed: Walk.LabelOutcome?
    photos.attaching = { path, shot, reviewer in
      var request = request
      (request.platePhoto, request.photoReviewer, request.photoTitle) = (path, reviewer, shot.title)
      do {
        let outcome = try walk.label(installation, request)
        confirmed = outcome
        return outcome.remarks
      } catch PlateUnread.none {
        throw PlateUnread.none(file: shot.title[task.language])
      } catch PlateUnread.several(_, let codes) {
        throw PlateUnread.several(file: shot.title[task.language], codes)
      }
    }
    try photos.serve(title: Step.label.title, until: { confirmed != nil })
    guard let confirmed else { throw Cancelled() }
    return confirmed
  }
}
