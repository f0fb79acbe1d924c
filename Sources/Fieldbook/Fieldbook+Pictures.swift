import FoundationEssentials
public import Records

/// Recognises pictures that are already evidence: the same photo with other metadata, or nearly the same photo.
extension Fieldbook {
  /// A photo that is evidence and shows the same as another, or nearly the same.
  public struct KnownPicture: Hashable, Sendable {
    public let resemblance: PhotoResemblance
    /// Whether the pixels are the same.
    public let isSame: Bool
  }

  // MARK: - Marks

  /// The version of the method that scales a picture down before its marks are computed. Each change of the
  /// method increases this number.
  private static let method = 2

  /// Keeps the marks of a picture. Marks that are kept already stay, unless they were computed by an earlier
  /// method.
  /// - Parameters:
  ///   - marks: the marks of the picture; nil for a file that cannot be decoded.
  ///   - sha256: SHA-256 of the file, lower-case hex.
  /// - Throws: `store`.
  public func keep(_ marks: PictureMarks?, of sha256: String) throws(FieldbookError) {
    try keep([(marks, of: sha256)])
  }

  /// Keeps the marks of several pictures, all or none.
  public func keep(_ pictures: [(marks: PictureMarks?, of: String)]) throws(FieldbookError) {
    try database.transaction { () throws(FieldbookError) in
      for (marks, sha256) in pictures {
        let isNew = try database.run(
          """
          INSERT INTO photo_mark (sha256, pixels, method) VALUES (?, ?, ?)
          ON CONFLICT (sha256) DO UPDATE SET pixels = excluded.pixels, method = excluded.method
            WHERE method < excluded.method
          """,
          [.text(sha256), (marks?.pixels).map { .text($0) } ?? .null, .integer(Self.method)])
        guard isNew > 0 else { continue }
        guard let hashes = marks?.hashes else {
          try database.run(
            "DELETE FROM photo_hash WHERE number = (SELECT number FROM photo_mark WHERE sha256 = ?)",
            [.text(sha256)])
          continue
        }
        try database.run(
          """
          INSERT INTO photo_hash (number, hashes) SELECT number, ? FROM photo_mark WHERE sha256 = ?
          ON CONFLICT (number) DO UPDATE SET hashes = excluded.hashes
          """, [.blob(Data(hashes)), .text(sha256)])
      }
    }
  }

  /// The SHA-256 of each photo that is evidence and has no marks, or only marks of an earlier method. Photos of
  /// the newest installations come first.
  /// - Throws: `store`.
  public func photosWithoutMarks() throws(FieldbookError) -> [String] {
    try database.rows(
      """
      SELECT photo_use.sha256 FROM photo_use LEFT JOIN installation ON installation.id = photo_use.installation
      WHERE NOT EXISTS (
        SELECT 1 FROM photo_mark WHERE photo_mark.sha256 = photo_use.sha256 AND photo_mark.method >= ?)
      ORDER BY installation.opened_seconds DESC, photo_use.sha256
      """, [.integer(Self.method)]
    ) { $0.text(0) }
  }

  // MARK: - Finding

  /// Finds the other photos that are evidence and show the same picture, or nearly the same, the nearest first.
  /// The search compares every known picture, because there are few enough.
  /// - Parameter sha256: SHA-256 of the photo itself, which is left out of the result.
  /// - Throws: `store`, `damagedRow`.
  public func pictures(like marks: PictureMarks, except sha256: String) throws(FieldbookError) -> [KnownPicture]
  {
    try database.snapshot { () throws(FieldbookError) in try known(like: marks, except: sha256) }
  }

  func known(like marks: PictureMarks, except sha256: String) throws(FieldbookError) -> [KnownPicture] {
    var distances: [Int: Int] = [:]
    let same = try database.rows("SELECT number FROM photo_mark WHERE pixels = ?", [.text(marks.pixels)]) {
      $0.integer(0)
    }
    if let hashes = marks.hashes { distances = try near(hashes) }
    for number in same { distances[number] = 0 }
    var known: [KnownPicture] = []
    for (number, distance) in distances {
      let user = try database.first(
        """
        SELECT photo_use.installation, photo_use.stage, photo_use.sha256
        FROM photo_mark JOIN photo_use ON photo_use.sha256 = photo_mark.sha256 WHERE photo_mark.number = ?
        """, [.integer(number)]
      ) { (installation: $0.text(0), stage: $0.text(1), sha256: $0.text(2)) }
      guard let user, user.sha256 != sha256 else { continue }
      guard let stage = Photo.Stage(rawValue: user.stage) else {
        throw .damagedRow(table: "photo_use", key: user.sha256)
      }
      known.append(
        KnownPicture(
          resemblance: PhotoResemblance(
            installation: try Self.id(user.installation, table: "photo_use"), stage: stage, sha256: user.sha256,
            distance: distance),
          isSame: same.contains(number)))
    }
    return known.sorted {
      ($0.isSame ? 0 : 1, $0.resemblance.distance, $0.resemblance.sha256)
        < ($1.isSame ? 0 : 1, $1.resemblance.distance, $1.resemblance.sha256)
    }
  }

  /// The distances of the similar pictures, by the pictures' numbers.
  private func near(_ hashes: [UInt8]) throws(FieldbookError) -> [Int: Int] {
    var distances: [Int: Int] = [:]
    try database.forEach("SELECT number, hashes FROM photo_hash") { row in
      let distance = hashes.withUnsafeBytes { one in row.withBytes(1) { PictureMarks.distance(one, $0) } }
      if let distance { distances[row.integer(0)] = distance }
    }
    return distances
  }

  // MARK: - Before a photo becomes evidence

  /// Checks that a photo does not show what is evidence elsewhere.
  /// - Throws: `pictureUsed` for the same pixels in another installation or another step; `photoResembles` for nearly the
  ///   same picture in another installation, unless the photo names a reason.
  func checkIsNew(_ photo: Photo, for id: InstallationID) throws(FieldbookError) {
    let marks = try database.first(
      "SELECT pixels, hashes FROM photo_mark LEFT JOIN photo_hash USING (number) WHERE sha256 = ?",
      [.text(photo.sha256)]
    ) { row in
      row.optionalText(0).map { PictureMarks(pixels: $0, hashes: row.isNull(1) ? nil : Array(row.blob(1))) }
    }
    guard let marks, let marks else { return }
    for picture in try known(like: marks, except: photo.sha256) {
      let other = picture.resemblance
      let isHere = other.installation == id
      if picture.isSame, !isHere || other.stage != photo.stage {
        throw .pictureUsed(sha256: photo.sha256, by: other.installation, stage: other.stage)
      }
      if !isHere, photo.reason == nil {
        throw .photoResembles(sha256: photo.sha256, other)
      }
    }
  }
}
