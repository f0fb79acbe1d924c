import Drawing
import Fieldbook
import FoundationEssentials
import Records

extension Walk {
  /// The minimum length of the longer side of a small picture, pixels: 250 dots an inch on paper.
  private static let minSidePixels = 320

  /// Small pictures of photos, by the SHA-256 of the photo, for the agreement. They are made of the upload copies, which are
  /// upright and bear the watermark. A photo of an earlier program has no copy, and so no picture.
  /// - Throws: `fileDamaged` and what else reading the fieldbook throws; a copy that is gone leaves its photo without a picture.
  func smallPictures(of photos: [Photo]) throws -> [String: JPEGPicture] {
    let files = try fieldbook.files
    var pictures: [String: JPEGPicture] = [:]
    for photo in photos {
      guard let copy = photo.copy else { continue }
      let jpeg: Data
      do throws(FieldbookError) { jpeg = try files.contents(of: copy.sha256) } catch {
        if case .fileMissing = error { continue }
        throw error
      }
      pictures[photo.sha256] = try JPEGPicture(shrinking: jpeg, minSidePixels: Self.minSidePixels)
    }
    return pictures
  }
}
