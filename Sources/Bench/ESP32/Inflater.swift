internal import CZlib

/// Unpacks a zlib stream (RFC 1950) that comes in pieces, by zlib itself.
final class Inflater {
  /// The bytes are no zlib stream, or continue after its end.
  struct Defect: Error {}

  private static let pieceBytes = 32 << 10

  /// The state of zlib, which points back to its own address and so must not move.
  private let stream: UnsafeMutablePointer<z_stream>
  private(set) var isFinished = false

  /// Begins a stream; nil where memory ran out.
  init?() {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    guard wt_inflate_init(stream) == Z_OK else {
      stream.deallocate()
      return nil
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Unpacks the next bytes of the stream. Bytes after the stream's end within the last piece are ignored as
  /// padding.
  func take(_ bytes: [UInt8]) throws(Defect) -> [UInt8] {
    guard !isFinished else { throw Defect() }
    var input = bytes
    var output: [UInt8] = []
    var status = Z_OK
    input.withUnsafeMutableBufferPointer { input in
      stream.pointee.next_in = input.baseAddress
      stream.pointee.avail_in = uInt(input.count)
      repeat {
        output += [UInt8](unsafeUninitializedCapacity: Self.pieceBytes) { room, count in
          stream.pointee.next_out = room.baseAddress
          stream.pointee.avail_out = uInt(room.count)
          status = inflate(stream, Z_NO_FLUSH)
          count = room.count - Int(stream.pointee.avail_out)
        }
      } while status == Z_OK && stream.pointee.avail_out == 0
      stream.pointee.next_in = nil
      stream.pointee.avail_in = 0
    }
    isFinished = status == Z_STREAM_END
    // Z_BUF_ERROR says that all input is consumed, which is no defect.
    guard isFinished || status == Z_OK || status == Z_BUF_ERROR else { throw Defect() }
    return output
  }
}
