import Records
import Terminal

/// A run of the functional test as a text for people, in both languages: what was measured, its limits, and
/// what came of it.
enum TestPaper {
  static func text(of report: TestReport, _ installation: Installation) -> String {
    var lines = [
      "功能测试 / functional test",
      "  \(installation.code?.description ?? installation.id.text) · \(installation.owner.unitName)",
      "  \(report.startedAt)",
      "  \(report.plan)", "",
    ]
    for step in report.steps {
      let title = TestTexts.title(of: step.name)
      let verdict = TestTexts.verdict(of: step)
      let measured = step.measured.map { "\($0) \(step.unit)" } ?? "–"
      lines.append("\(title.zh) / \(title.en)")
      lines.append("  \(measured)\(limits(of: step)) · \(verdict.zh) / \(verdict.en)")
      if let code = step.notRun {
        let reason = TestTexts.reason(code)
        lines.append("  \(reason.zh) / \(reason.en)")
      }
    }
    lines += ["", report.passed ? "测试合格 / the test passed" : "测试不合格 / the test did not pass"]
    return lines.map { $0 + "\n" }.joined()
  }

  private static func limits(of step: TestReport.Step) -> String {
    switch (step.lower, step.upper) {
    case (let lower?, let upper?): " (\(lower) … \(upper))"
    case (let lower?, nil): " (≥ \(lower))"
    case (nil, let upper?): " (≤ \(upper))"
    case (nil, nil): ""
    }
  }
}
