import CISAL
import Glibc

/// Packs the rows of pictures of dots in zlib's format (RFC 1950) by igzip at its first level. The same rows
/// give the same bytes on one processor, and may give other bytes on another one
/// (docs/decisions/0016-rows-of-labels-are-packed-by-igzip.md). One thread at a time may use a packer.
public final class PixelPacker {
  private let stream: UnsafeMutablePointer<wt_igzip>
  /// Buffer for the packed rows, kept from one picture to the next.
  private var room = UnsafeMutableBufferPointer<UInt8>(start: nil, count: 0)

  /// - Throws: `outOfMemory`.
  public init() throws(DrawingError) {
    guard let stream = wt_igzip_make() else { throw .outOfMemory }
    self.stream = stream
  }

  deinit {
    free(stream)
    room.deallocate()
  }

  /// The packed rows, which stay valid until the next call.
  /// - Throws: `outOfMemory`, also where igzip refuses the rows.
  func pack(_ rows: UnsafeBufferPointer<UInt8>) throws(DrawingError) -> UnsafeBufferPointer<UInt8> {
    let needed = wt_igzip_bound(rows.count)
    if room.count < needed {
      room.deallocate()
      room = .allocate(capacity: needed)
    }
    let count = wt_igzip_pack(stream, rows.baseAddress, rows.count, room.baseAddress, needed)
    guard count > 0 else { throw .outOfMemory }
    return UnsafeBufferPointer(rebasing: room[..<count])
  }
}
