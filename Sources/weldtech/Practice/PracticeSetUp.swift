import Bench
import Cryptography
import FoundationEssentials
import Records
import Terminal

/// Sets up the laptop of a practice: technician, codes, platform and a certificate for the seal.
struct PracticeSetUp {
  let typist: PracticeTypist
  let platform: String
  /// Issues the certificate of the practice's seal; its root vouches for nobody outside the practice.
  let authority: TestAuthority

  private var workplace: Workplace { typist.workplace }
  private var folder: PracticeFolder { typist.folder }

  func run() throws {
    let expires = CalendarDay(daysSince1970: workplace.clock.now().day.daysSince1970 + 365)
    try typist.type(
      Text(zh: "谁在用这台电脑", en: "Who works with this laptop"),
      [
        "setup", "--technician", "练习员", "--phone", "138 0000 0002", "--company", "练习安装服务公司",
        "--certificate", "LX-2024-001", "--certificate-expires", expires.description, "--region", "150621",
        "--codes", "00A000+500", "--platform", platform,
      ])
    let request = folder.input("seal.csr")
    try typist.type(
      Text(zh: "申请签章证书", en: "Request a certificate for the seal"), ["setup", "--seal-request", request])
    let certificate = try authority.issue(
      request: String(decoding: try workplace.read(request, atMost: Certificate.maxSize), as: UTF8.self))
    try workplace.write(Data(certificate.pem.utf8), to: folder.input("seal.pem"))
    try workplace.write(Data(authority.root.pem.utf8), to: folder.root)
    try typist.type(
      Text(zh: "装上发来的证书，设置时间戳服务", en: "Take the certificate that came, and name a timestamp authority"),
      ["setup", "--seal-certificate", folder.input("seal.pem"), "--timestamp", "\(platform)/timestamp"])
  }
}
