public import Records

/// A place that keeps objects by their keys, such as a bucket or a folder on a stick. Each method may be called
/// on several threads at once.
public protocol ObjectStore: DeliveredObjects {
  /// Writes an object. Returns only when the store has acknowledged it and its contents were read back from the
  /// store with the digest that the key holds. An object that is there already with these contents stays; one
  /// with other contents, such as a broken-off upload, is replaced.
  /// - Throws: `contentsChanged`, before anything is written, where the bytes have another digest than the key;
  ///   `notAcknowledged` where the store gives back other bytes than it was given.
  func put(_ bytes: [UInt8], at object: DeliveredObject) throws(SyncError)

  /// Whether the store has the object with the contents that its key names. The contents are read back: a digest in the
  /// object's metadata is only the word of whoever wrote it.
  func has(_ object: DeliveredObject) throws(SyncError) -> Bool

  /// The size of the object as the store lists it, bytes, without reading it; nil where it is not there.
  func size(of object: DeliveredObject) throws(SyncError) -> Int?
}
