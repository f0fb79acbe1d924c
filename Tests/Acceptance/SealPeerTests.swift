import Cryptography
import Foundation
import TestSupport
import Testing

@testable import weldtech

/// Checks sealed agreements with poppler (NSS), pyHanko and asn1crypto. The certificates and timestamps come
/// from the openssl program.
@Suite(
  .serialized,
  .enabled(if: InstalledProgram("pyhanko").isInstalled, "pyhanko is not installed: scripts/setup peers"),
  .enabled(
    if: InstalledProgram("certutil").isInstalled && InstalledProgram("pdfsig").isInstalled,
    "certutil or pdfsig is not installed"))
struct SealPeerTests {
  private let folder = TemporaryFolder()

  private static let configuration = """
    [root]
    basicConstraints=critical,CA:TRUE
    keyUsage=critical,keyCertSign,cRLSign
    subjectKeyIdentifier=hash
    [seal]
    basicConstraints=critical,CA:FALSE
    keyUsage=critical,digitalSignature,nonRepudiation
    subjectKeyIdentifier=hash
    authorityKeyIdentifier=keyid
    [timestamps]
    basicConstraints=critical,CA:FALSE
    keyUsage=critical,digitalSignature
    extendedKeyUsage=critical,timeStamping
    [tsa_config]
    serial=serial
    crypto_device=builtin
    signer_cert=tsa.pem
    certs=root.pem
    signer_key=tsa.key
    signer_digest=sha256
    default_policy=1.2.3.4.1
    digests=sha256
    ess_cert_id_alg=sha256
    """

  /// A Python program that replies to timestamp queries over HTTP by `openssl ts`, and writes its port to
  /// stdout.
  private static let responder = """
    import http.server, subprocess, sys
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            query = self.rfile.read(int(self.headers['Content-Length']))
            open('query.tsq', 'wb').write(query)
            subprocess.run(['openssl', 'ts', '-reply', '-config', 'ca.cnf', '-section', 'tsa_config',
                            '-queryfile', 'query.tsq', '-out', 'reply.tsr'], check=True)
            reply = open('reply.tsr', 'rb').read()
            self.send_response(200)
            self.send_header('Content-Type', 'application/timestamp-reply')
            self.send_header('Content-Length', str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)
    server = http.server.HTTPServer(('127.0.0.1', 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()
    """

  /// A Python program that prints the object identifiers of the signed and the unsigned attributes of a PDF's
  /// only seal.
  private static let attributes = """
    import re, sys
    from asn1crypto import cms
    pdf = open(sys.argv[1], 'rb').read()
    place = re.search(rb'/Contents<([0-9a-f]*)>', pdf).group(1)
    content = cms.ContentInfo.load(bytes.fromhex(place.decode()), strict=False)
    signer, = content['content']['signer_infos']
    for part in 'signed_attrs', 'unsigned_attrs':
        print(*sorted(attribute['type'].dotted for attribute in signer[part]))
    """

  private func openssl(_ arguments: String) throws {
    let words = arguments.split(separator: " ").map(String.init)
    let outcome = try InstalledProgram("openssl").run(words, folder: folder.path)
    try #require(outcome.status == 0, "\(arguments): \(outcome.diagnostics)")
  }

  private func issue(_ name: String, as section: String) throws {
    try openssl(
      "x509 -req -in \(name).csr -CA root.pem -CAkey root.key -CAcreateserial -days 900 -extfile ca.cnf -extensions \(section) -out \(name).pem"
    )
  }

  private func makeAuthorities() throws {
    try folder.write("ca.cnf", Self.configuration)
    try folder.write("serial", "01\n")
    try openssl("req -new -newkey rsa:3072 -nodes -keyout root.key -subj /CN=root -out root.csr")
    try openssl(
      "x509 -req -in root.csr -signkey root.key -days 3650 -extfile ca.cnf -extensions root -out root.pem")
    try openssl("req -new -newkey rsa:3072 -nodes -keyout tsa.key -subj /CN=tsa -out tsa.csr")
    try issue("tsa", as: "timestamps")
    let nss = folder.file("nss")
    try FileManager.default.createDirectory(atPath: nss, withIntermediateDirectories: true)
    for arguments in [
      ["-N", "-d", "sql:\(nss)", "--empty-password"],
      ["-A", "-d", "sql:\(nss)", "-n", "root", "-t", "CT,C,C", "-a", "-i", folder.file("root.pem")],
    ] {
      let outcome = try InstalledProgram("certutil").run(arguments)
      try #require(outcome.status == 0, "\(outcome.everything)")
    }
  }

  /// Sets a laptop's seal up: P-256 by a request, RSA by a PKCS #12.
  private func setUpSeal(_ kind: String, on laptop: Laptop) throws {
    if kind == "P-256" {
      try laptop.json("setup", "--seal-request", folder.file("seal.csr"))
      try issue("seal", as: "seal")
      try laptop.json("setup", "--seal-certificate", folder.file("seal.pem"))
    } else {
      try openssl(
        "req -new -newkey rsa:3072 -nodes -keyout seal.key -subj /C=CN/O=company/CN=seal -out seal.csr")
      try issue("seal", as: "seal")
      try openssl("pkcs12 -export -inkey seal.key -in seal.pem -passout pass:x -out seal.p12")
      let passphrase = try folder.write("passphrase", "x\n")
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: passphrase)
      try laptop.json("setup", "--seal-key", folder.file("seal.p12"), "--passphrase-file", passphrase)
    }
  }

  /// Signs an agreement and returns the paths of its file as the record names it and of its copy with the
  /// timestamp.
  private func sealed(_ kind: String) throws -> (withoutTimestamp: String, withTimestamp: String) {
    let responder = try InstalledProgram("python3").start(["-c", Self.responder], folder: folder.path)
    defer { responder.kill() }
    try #require(responder.wait { $0.written.contains("\n") }, "\(responder.said)")
    let port = responder.written.filter(\.isNumber)
    let laptop = try Office.shared.get().laptop()
    try setUpSeal(kind, on: laptop)
    try laptop.json("setup", "--timestamp", "http://127.0.0.1:\(port)/tsr")
    let plug = try Plug(timings: .instant)
    let id = try laptop.installed(on: plug.port)
    let record = try laptop.record(id)
    let sha256 = try #require((record["agreement"] as? [String: Any])?["sha256"] as? String)
    let code = try #require(record["code"] as? String)
    func take(_ path: String, as name: String) throws -> String {
      try folder.write(name, Data(contentsOf: URL(filePath: "\(laptop.home)/\(path)")))
    }
    return (
      try take("files/\(sha256.prefix(2))/\(sha256)", as: "b-b.pdf"),
      try take("documents/\(code)/agreement.pdf", as: "b-t.pdf")
    )
  }

  @Test(arguments: ["P-256", "RSA-3072"])
  func `poppler and pyHanko accept a sealed agreement with and without its timestamp`(_ kind: String) throws {
    try makeAuthorities()
    let files = try sealed(kind)
    for file in [files.withoutTimestamp, files.withTimestamp] {
      let poppler = try InstalledProgram("pdfsig").run(["-nssdir", "sql:\(folder.file("nss"))", file])
      for words in [
        "Signature Type: ETSI.CAdES.detached", "Total document signed", "Signature is Valid.",
        "Certificate is Trusted.",
      ] { #expect(poppler.output.contains(words), "\(words): \(poppler.everything)") }

      let pyHanko = try InstalledProgram("pyhanko").run([
        "sign", "validate", "--pretty-print", "--trust", folder.file("root.pem"), "--no-revocation-check", file,
      ])
      #expect(pyHanko.status == 0)
      for words in ["The signature covers the entire file.", "The signature is judged VALID."] {
        #expect(pyHanko.everything.contains(words), "\(words): \(pyHanko.everything)")
      }
      #expect(
        pyHanko.everything.contains("The TSA certificate is trusted.") == (file == files.withTimestamp),
        "\(pyHanko.everything)")
    }

    // The only signed attributes are signing certificate (ESS), content type and message digest.
    let signed = "1.2.840.113549.1.9.16.2.47 1.2.840.113549.1.9.3 1.2.840.113549.1.9.4"
    let bare = try InstalledProgram("python3").output(["-c", Self.attributes, files.withoutTimestamp])
    #expect(bare == "\(signed)\n\n")
    let stamped = try InstalledProgram("python3").output(["-c", Self.attributes, files.withTimestamp])
    #expect(stamped == "\(signed)\n1.2.840.113549.1.9.16.2.14\n")
  }

  @Test func `poppler and pyHanko see a changed byte, and trust nobody who vouches for himself`() throws {
    try makeAuthorities()
    let laptop = try Office.shared.get().laptop()
    let plug = try Plug(timings: .instant)
    let id = try laptop.installed(on: plug.port)
    let code = try #require(try laptop.record(id)["code"] as? String)
    let paper = "\(laptop.home)/documents/\(code)/agreement.pdf"
    let nss = "sql:\(folder.file("nss"))"
    let own = try InstalledProgram("pdfsig").run(["-nssdir", nss, paper])
    #expect(own.output.contains("Signature is Valid.") && !own.output.contains("Certificate is Trusted."))
    var changed = try Data(contentsOf: URL(filePath: paper))
    changed[changed.count / 3] ^= 1
    let file = try folder.write("changed.pdf", changed)
    let poppler = try InstalledProgram("pdfsig").run(["-nssdir", nss, file])
    #expect(!poppler.output.contains("Signature is Valid."), "\(poppler.everything)")
  }
}
