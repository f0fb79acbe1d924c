import Cryptography
import Foundation

/// A certificate authority and a timestamp authority of the openssl program, in a folder of its own.
final class OpenSSLAuthority {
  private static let extensions = """
    [root]
    basicConstraints=critical,CA:TRUE
    keyUsage=critical,keyCertSign,cRLSign
    subjectKeyIdentifier=hash
    [seal]
    basicConstraints=critical,CA:FALSE
    keyUsage=critical,digitalSignature,nonRepudiation
    subjectKeyIdentifier=hash
    authorityKeyIdentifier=keyid
    [transport]
    keyUsage=critical,keyEncipherment
    [timestamps]
    basicConstraints=critical,CA:FALSE
    keyUsage=critical,digitalSignature
    extendedKeyUsage=critical,timeStamping
    [tsa]
    default_tsa=tsa_config
    [tsa_config]
    serial=serial
    crypto_device=builtin
    signer_cert=tsa.pem
    certs=tsa-chain.pem
    signer_key=tsa.key
    signer_digest=sha256
    default_policy=1.2.3.4.1
    digests=sha256
    accuracy=secs:1
    tsa_name=yes
    ess_cert_id_chain=no
    ess_cert_id_alg=sha256
    """

  let program = OpenSSLProgram()

  init() throws {
    try program.write(Self.extensions, "ca.cnf")
    try program.write("01\n", "serial")
    try makeRoot("root")
    // An intermediate authority makes a chain of three certificates.
    try program.run(
      "req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout mid.key -subj /CN=mid -out mid.csr")
    try sign("mid", by: "root", as: "root")
  }

  /// Makes a self-issued root.
  func makeRoot(_ name: String) throws {
    try program.run(
      "req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout \(name).key -subj /CN=\(name) -out \(name).csr"
    )
    try program.run(
      "x509 -req -in \(name).csr -signkey \(name).key -days 3650 -extfile ca.cnf -extensions root -out \(name).pem"
    )
  }

  func sign(_ name: String, by issuer: String, as section: String) throws {
    try program.run(
      "x509 -req -in \(name).csr -CA \(issuer).pem -CAkey \(issuer).key -CAcreateserial -days 3650 -extfile ca.cnf -extensions \(section) -out \(name).pem"
    )
  }

  func certificate(_ name: String) throws -> Certificate {
    try Certificate(file: program.read("\(name).pem"))
  }

  /// Lets the intermediate authority issue the certificate of a key.
  /// - Returns: the key with its own certificate, the intermediate and the root, given in no particular order.
  func identity(of key: SealKey, as section: String = "seal") throws -> SealIdentity {
    try program.write(
      key.request(subject: SealSubject(organization: "达拉特旗某某农机服务有限公司", commonName: "张三")), "seal.csr")
    try sign("seal", by: "mid", as: section)
    return try SealIdentity(
      key: key, certificates: [certificate("root"), certificate("seal"), certificate("mid")])
  }

  /// Makes the timestamp authority's key and certificate.
  /// - Parameter section: the section with the extensions of the authority's certificate.
  func makeTimestampAuthority(as section: String = "timestamps") throws {
    try program.run("req -new -newkey rsa:3072 -nodes -keyout tsa.key -subj /CN=tsa -out tsa.csr")
    try sign("tsa", by: "mid", as: section)
    // The token also carries the root and a stranger's certificate, which no path needs.
    try makeRoot("stranger")
    let chain = try ["mid", "root", "stranger"].flatMap { try program.read("\($0).pem") }
    try program.write(chain, "tsa-chain.pem")
  }

  /// Returns the openssl program's reply to a query.
  func reply(to query: TimestampQuery) throws -> [UInt8] {
    try program.write(query.der, "query.tsq")
    try program.run("ts -reply -config ca.cnf -section tsa_config -queryfile query.tsq -out reply.tsr")
    return try program.read("reply.tsr")
  }
}
