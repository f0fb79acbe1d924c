public import Records

/// Whoever may give a paired module the authority for an update or for an entry into its ROM bootloader: this laptop
/// while it has the module's key, else the platform. Without either there is only the open seal, which the module counts
/// for ever.
public struct ModuleAuthority {
  let keys: (any PairingKeys)?
  let platform: () -> (any ProofAuthority)?
  let usesOpenSeal: Bool

  /// - Parameters:
  ///   - keys: the keys that this laptop keeps; nil where it keeps none.
  ///   - platform: gives a way to the platform, where there is one; called when the laptop does not have the key.
  ///   - usesOpenSeal: whether nobody is asked for a proof, because the case is open.
  public init(
    keys: (any PairingKeys)? = nil, platform: @escaping () -> (any ProofAuthority)? = { nil },
    usesOpenSeal: Bool = false
  ) {
    self.keys = keys
    self.platform = platform
    self.usesOpenSeal = usesOpenSeal
  }
}
