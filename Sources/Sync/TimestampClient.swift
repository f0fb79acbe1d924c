public import Cryptography
import FoundationEssentials

/// The failures between this laptop and a timestamp authority.
public enum TimestampError: Error, Hashable, Sendable {
  /// The exchange failed, so that there is no answer from the authority.
  case sync(SyncError)
  /// The authority answered with another status than 200.
  case status(Int)
  /// The answer is no timestamp over what was sent.
  case fault(TimestampFault)
}

/// A timestamp authority, reached by the HTTP of RFC 3161, section 3.4. One call is one attempt.
public final class TimestampClient {
  public struct Configuration: Sendable {
    /// The authority's address, a whole URL; `http` is for loopback only.
    public var address: String
    /// The path of a PEM file in place of the system's certificates.
    public var caBundle: String?
    public var userAgent: String
    /// The proxy in place of the environment's; empty for none.
    public var proxy: String?
    public var connectTimeout: Duration
    /// The maximum time of an exchange with its connection.
    public var exchangeTimeout: Duration

    public init(
      address: String, caBundle: String? = nil, userAgent: String = "weldtech", proxy: String? = nil,
      connectTimeout: Duration = .seconds(3), exchangeTimeout: Duration = .seconds(6)
    ) {
      self.address = address
      self.caBundle = caBundle
      self.userAgent = userAgent
      self.proxy = proxy
      self.connectTimeout = connectTimeout
      self.exchangeTimeout = exchangeTimeout
    }
  }

  private static let minBytesPerSecond = 2048

  private let address: String
  private let handle: CurlHandle

  /// Makes a client.
  /// - Parameter isCancelled: called several times a second during a transfer; true ends the transfer with
  ///   `cancelled`.
  /// - Throws: `platformAddress`, `plainHTTP`, `caBundle`, `library`.
  public init(_ configuration: Configuration, isCancelled: @escaping @Sendable () -> Bool = { false })
    throws(SyncError)
  {
    let address = try PlatformAddress(serviceURL: configuration.address)
    self.address = configuration.address
    handle = try CurlHandle(
      CurlHandle.Options(
        isLoopback: address.isLoopback, caBundle: configuration.caBundle, userAgent: configuration.userAgent,
        proxy: configuration.proxy, connectTimeout: configuration.connectTimeout,
        idleTimeout: configuration.exchangeTimeout, exchangeTimeout: configuration.exchangeTimeout,
        minBytesPerSecond: Self.minBytesPerSecond),
      isCancelled: isCancelled)
  }

  /// Asks for a timestamp and judges the answer.
  public func token(for query: TimestampQuery) throws(TimestampError) -> TimestampToken {
    var request = HTTPRequest(method: "POST", url: address)
    request.headers = [
      ("Content-Type", "application/timestamp-query"), ("Accept", "application/timestamp-reply"),
    ]
    request.body = query.der
    request.answerLimit = TimestampToken.maxReplySize
    let response: HTTPResponse
    do throws(SyncError) { response = try handle.perform(request) } catch { throw .sync(error) }
    switch response.status {
    case 200: break
    case 300..<400: throw .sync(.redirected(status: response.status))
    case 407: throw .sync(.proxyRefused(status: 407))
    default: throw .status(response.status)
    }
    guard !response.isPage else { throw .sync(.notThePlatform(status: 200)) }
    do throws(CryptographyError) {
      return try query.token(fromReply: response.body)
    } catch .timestamp(let fault) {
      throw .fault(fault)
    } catch {
      throw .fault(.notReply)
    }
  }
}
