import ModuleCore
public import Records

// The requests to a module, one method for each.
extension SMPClient {
  // MARK: - The running program

  /// - Returns: the text that came back; where it differs from the one sent, the link is unreliable.
  public func echo(_ text: String) throws(ProvisionError) -> String { try send(EchoRequest(text: text)) }

  /// The program that runs after a reset.
  public enum BootMode: UInt8, Hashable, Sendable {
    case normal = 0
    /// The chip's ROM bootloader.
    case bootloader = 1
  }

  /// Opens the relay and restarts the module. The request is not repeated, because a module that resets at once
  /// never answers.
  public func reset(_ mode: BootMode = .normal) throws(ProvisionError) { try send(ResetRequest(mode: mode)) }

  /// - Returns: number of bytes in the longest message that the module accepts, and number of messages at once.
  public func parameters() throws(ProvisionError) -> (bufferBytes: Int, bufferCount: Int) {
    try send(ParametersRequest())
  }

  // MARK: - Images

  /// One image in the module's flash.
  public struct ImageSlot: Hashable, Sendable {
    public let slot: Int
    public let version: String
    /// The image's hash; nil where the module does not report it.
    public let hash: [UInt8]?
    public let isActive: Bool
    public let isConfirmed: Bool
  }

  public func imageState() throws(ProvisionError) -> [ImageSlot] { try send(ImageStateRequest()) }

  /// Sends a piece of an update's file. The module writes nothing of a piece that was sent before or is not the
  /// next, and reports where to go on, so that an interrupted upload can be continued.
  ///
  /// - Parameters:
  ///   - length: length of the whole file, bytes.
  ///   - digest: SHA-256 of the whole file.
  /// - Returns: the offset of the next piece; `length` where the file is complete.
  /// - Throws: `unusableReply` with `match` where the file is complete and its digest is wrong.
  func upload(
    _ piece: ArraySlice<UInt8>, at offset: Int, of length: Int, digest: [UInt8]
  ) throws(ProvisionError) -> Int {
    try send(ImageUploadRequest(piece: piece, offset: offset, length: length, digest: digest))
  }

  /// Makes the module start the image with this hash at the next reset, on trial.
  func tryImage(hash: [UInt8]) throws(ProvisionError) { try send(ImageTestRequest(hash: hash)) }

  /// Makes the running image permanent.
  func confirmImage() throws(ProvisionError) { try send(ImageConfirmRequest()) }

  // MARK: - Pairing

  public func identity() throws(ProvisionError) -> ModuleIdentity { try send(IdentityRequest()) }

  /// - Returns: the id of the key that the module has received.
  func pairBegin(_ key: SecretKey, for installation: InstallationID) throws(ProvisionError) -> String {
    try send(PairBeginRequest(key: key, installation: installation))
  }

  /// - Returns: the id of the key with which the module answers, and its authentication code over the
  ///   challenge.
  func pairProve(_ challenge: [UInt8]) throws(ProvisionError) -> (keyID: String, code: [UInt8]) {
    try send(PairProveRequest(challenge: challenge))
  }

  func pairCommit(_ key: SecretKey, uniqueID: [UInt8]) throws(ProvisionError) -> String {
    try send(PairCommitRequest(key: key, uniqueID: uniqueID))
  }

  /// - Parameter proof: the authentication code under the module's present key over the outstanding challenge.
  func pairReplace(by key: SecretKey, uniqueID: [UInt8], proof: [UInt8]) throws(ProvisionError) -> String {
    try send(PairReplaceRequest(key: key, uniqueID: uniqueID, proof: proof))
  }

  /// Replaces the key of a module whose case has been open for ten seconds.
  func pairService(by key: SecretKey, uniqueID: [UInt8]) throws(ProvisionError) -> String {
    try send(PairServiceRequest(key: key, uniqueID: uniqueID))
  }

  /// Gives the module the authority for a deed.
  /// - Parameter proof: the code under the key that the module holds, over the outstanding challenge.
  /// - Returns: the id of the key by which the module was convinced.
  func authorize(_ deed: AuthorizedDeed, proof: [UInt8]) throws(ProvisionError) -> String {
    try send(AuthorizeRequest(deed: deed, proof: proof))
  }

  func configure(_ settings: PairingSettings, key: SecretKey) throws(ProvisionError) {
    try send(ConfigureRequest(settings: settings, key: key))
  }

  public func configuration() throws(ProvisionError) -> PairingSettings { try send(ConfigurationRequest()) }

  // MARK: - Control

  public func challenge() throws(ProvisionError) -> ModuleChallenge { try send(ChallengeRequest()) }

  public func start(_ start: SignedStart) throws(ProvisionError) { try send(RelayStartRequest(start: start)) }

  /// Opens the relay, which needs no key because opening is always allowed.
  public func stop() throws(ProvisionError) { try send(StopRequest()) }

  public func readings() throws(ProvisionError) -> ModuleReadings { try send(ReadingsRequest()) }

  /// - Parameter time: seconds since 1970.
  func setClock(to time: UInt64, key: SecretKey) throws(ProvisionError) {
    try send(SetClockRequest(time: time, key: key))
  }
}
