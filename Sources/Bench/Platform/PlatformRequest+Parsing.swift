import Cryptography
import FoundationEssentials
import Records

extension PlatformRequest {
  /// Decodes the JSON body.
  /// - Parameter malformed: the reply to a document that lacks a member or has one of another type.
  /// - Throws: the reply to send: 400 to a body that is no JSON, a reply that the type itself throws, or `malformed`.
  func decoded<Value: Decodable>(
    _ type: Value.Type, else malformed: @autoclosure () -> PlatformReply
  ) throws -> Value {
    do {
      return try JSONReader.decode(type, from: body)
    } catch let fault as JSONFault {
      throw PlatformReply.error(
        400, "request.json", "the body is no JSON: line \(fault.line), character \(fault.column)")
    } catch let reply as PlatformReply {
      throw reply
    } catch {
      throw malformed()
    }
  }

  /// The `Idempotency-Key`, with or without the quotation marks of a structured field.
  func idempotencyKey() throws -> String {
    guard var key = headers["idempotency-key"] else {
      throw PlatformReply.error(400, "idempotency.missing", "this call needs an Idempotency-Key")
    }
    let quote = UInt8(ascii: "\"")
    if key.utf8.first == quote, key.utf8.last == quote, key.utf8.count >= 2 {
      key = String(decoding: key.utf8.dropFirst().dropLast(), as: UTF8.self)
    }
    guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != quote })
    else {
      throw PlatformReply.error(
        400, "idempotency.malformed", "1 to 255 visible ASCII characters, no quotation marks among them")
    }
    return key
  }

  /// A text that distinguishes requests that come under the same `Idempotency-Key`.
  var fingerprint: String {
    SHA256Digest(of: Array("\(method) \(path)\n".utf8) + body).hex
  }

  /// Throws the reply to send where `Content-Digest` (RFC 9530) lacks sha-256 or does not match the body.
  func checkContentDigest() throws {
    let prefix = Array("sha-256=:".utf8)
    let entries = Array((headers["content-digest"] ?? "").utf8).split(separator: UInt8(ascii: ","))
      .map { $0.drop { $0 == 0x20 || $0 == 0x09 } }
    guard
      let entry = entries.first(where: {
        $0.starts(with: prefix) && $0.count > prefix.count && $0.last == UInt8(ascii: ":")
      }),
      let digest = Data(
        base64Encoded: String(decoding: entry.dropFirst(prefix.count).dropLast(), as: UTF8.self))
    else { throw PlatformReply.error(400, "digest.missing", "this call needs Content-Digest with sha-256") }
    guard [UInt8](digest) == SHA256Digest(of: body).bytes else {
      throw PlatformReply.error(400, "digest.mismatch", "the body is not what Content-Digest says")
    }
  }
}
