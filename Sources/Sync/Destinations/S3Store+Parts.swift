import Threads

extension S3Store {
  /// Sends an object in parts, several at once. An upload that fails is aborted, so that its parts take no room
  /// in the bucket.
  func writeParts(of bytes: [UInt8], at key: String, replaces: Bool) throws(SyncError) {
    let upload = try begunUpload(of: key)
    let outcome: Result<Void, SyncError>
    do throws(SyncError) {
      outcome = .success(
        try complete(upload, of: key, tags: try sendParts(of: bytes, upload, key), replaces: replaces))
    } catch {
      outcome = .failure(error)
      // Where this fails, too, the parts stay until the bucket's own rule removes them.
      _ = try? send("DELETE", key, query: [("uploadId", upload)])
    }
    try outcome.get()
  }

  private func begunUpload(of key: String) throws(SyncError) -> String {
    try retry { () throws(SyncError) -> String in
      let response = try send(
        "POST", key, query: [("uploads", "")], headers: [("Content-Type", Self.mediaType(of: key))])
      guard response.status == 200 else { throw refusal(response) }
      // rclone's answer has the name without `Result`.
      guard let document = S3Document(response.body), document.root.hasPrefix("InitiateMultipartUpload"),
        let upload = document.first("UploadId"), !upload.isEmpty
      else { throw .notThePlatform(status: 200) }
      return upload
    }
  }

  /// Sends all parts.
  /// - Returns: the tags by which the bucket calls them, in their order.
  private func sendParts(of bytes: [UInt8], _ upload: String, _ key: String) throws(SyncError) -> [String] {
    let count = (bytes.count + Self.partBytes - 1) / Self.partBytes
    let tags = Monitor<[Int: String]>([:])
    try ParallelLoop.run(below: count, threads: configuration.threads) { (index) throws(SyncError) in
      let start = index * Self.partBytes
      let part = Array(bytes[start..<min(bytes.count, start + Self.partBytes)])
      let tag = try self.retry { () throws(SyncError) -> String in
        let response = try self.send(
          "PUT", key, query: [("partNumber", "\(index + 1)"), ("uploadId", upload)],
          headers: [("Content-Type", "application/octet-stream")], body: part)
        try self.requireSuccess(response)
        guard let tag = response.headers["etag"], Self.isTag(tag) else {
          throw .notAcknowledged(status: response.status)
        }
        return tag
      }
      tags.withLock { $0[index] = tag }
    }
    let all = tags.withLock { $0 }
    return (0..<count).compactMap { all[$0] }
  }

  /// Whether a tag can stand in an XML document without escapes.
  private static func isTag(_ tag: String) -> Bool {
    (1...256).contains(tag.utf8.count)
      && tag.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"<>&".utf8.contains($0) }
  }

  private func complete(
    _ upload: String, of key: String, tags: [String], replaces: Bool
  ) throws(SyncError) {
    let parts = tags.enumerated()
      .map { "<Part><PartNumber>\($0.offset + 1)</PartNumber><ETag>\($0.element)</ETag></Part>" }.joined()
    let body = "<CompleteMultipartUpload>\(parts)</CompleteMultipartUpload>"
    let headers = Self.headers(replaces: replaces) + [("Content-Type", "application/xml")]
    try retry { () throws(SyncError) in
      let response = try send(
        "POST", key, query: [("uploadId", upload)], headers: headers, body: Array(body.utf8))
      if try isKept(response, replaces: replaces) {
        // The parts that were sent are not needed.
        _ = try? send("DELETE", key, query: [("uploadId", upload)])
        return
      }
      let document = S3Document(response.body)
      // A completion that fails after its first byte was answered is a 200 with an error in it.
      guard response.status == 200, document?.root != "Error" else {
        // The answer to an earlier attempt may have been lost; reading back tells.
        if document?.first("Code") == "NoSuchUpload" { return }
        throw response.status == 200 ? .platformFailed(status: 500) : refusal(response)
      }
      guard document?.root == "CompleteMultipartUploadResult" else { throw .notThePlatform(status: 200) }
    }
  }
}
