public import Cryptography
public import Drawing
public import FoundationEssentials

/// An agreement's file with its seal, either without a timestamp, as the record names it, or with a timestamp
/// in the seal.
public struct SealedAgreement: Hashable, Sendable {
  /// The whole file.
  public let file: Data
  public let seal: DetachedSeal
  private let pdf: SealablePDF

  /// Seals a document.
  /// - Throws: `sealing`, `drawing`.
  public init(_ pdf: SealablePDF, by identity: SealIdentity) throws(AgreementError) {
    do throws(CryptographyError) { seal = try DetachedSeal.over(pdf.signedContent, by: identity) } catch {
      throw .sealing(error)
    }
    do throws(DrawingError) { file = try pdf.sealed(with: seal.der) } catch { throw .drawing(error) }
    self.pdf = pdf
  }

  /// Reads a sealed file, without judging who sealed it and whether the seal is over the file's bytes.
  /// - Throws: `sealing(.notSeal)`, `drawing(.sealedPDF)`.
  public init(file: Data) throws(AgreementError) {
    do throws(DrawingError) { pdf = try SealablePDF(sealed: file) } catch { throw .drawing(error) }
    do throws(CryptographyError) { seal = try DetachedSeal(der: pdf.contents ?? []) } catch {
      throw .sealing(error)
    }
    self.file = file
  }

  /// The file with a timestamp in its seal. What is sealed stays as it is.
  /// - Throws: `sealing` where the token is not over this seal, or does not fit.
  public func joined(with token: TimestampToken) throws(AgreementError) -> Data {
    do throws(CryptographyError) { return try sealed(with: try seal.timestamped(by: token)) } catch {
      throw .sealing(error)
    }
  }

  /// The file without a timestamp, as the record names it, and the timestamp; nil where the file has no
  /// timestamp.
  /// - Throws: `sealing` where the seal has other unsigned attributes, or its timestamp cannot be read.
  public func parted() throws(AgreementError) -> (file: Data, token: TimestampToken?) {
    do throws(CryptographyError) {
      let (bare, token) = try seal.withoutTimestamp()
      return (try sealed(with: bare), token)
    } catch { throw .sealing(error) }
  }

  private func sealed(with seal: DetachedSeal) throws(CryptographyError) -> Data {
    do throws(DrawingError) { return try pdf.sealed(with: seal.der) } catch { throw .notSeal }
  }
}
